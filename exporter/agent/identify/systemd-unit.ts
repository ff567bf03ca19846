import { inMachine, parseMachine, splitMachine } from './container/machine.ts';
import { unitName } from './unit-name.ts';

/**
 * The systemd service of a process, by its `/proc/PID/cgroup`: the name of the unit without `.service`, with its
 * instance (`postgresql@15-main`), after that of the machine that it runs in (`web-1/nginx`). Undefined for a process of
 * a session, of a scope, or outside any unit.
 */
export function systemdUnit(cgroup: string): string | undefined {
  const machine = parseMachine(cgroup);
  for (const path of systemdPaths(cgroup)) {
    const { machine: within, parts } = splitMachine(path);
    const unit = within === machine ? serviceUnit(parts) : undefined;
    if (!unit) continue;
    const name = unitName(unit);
    return name && inMachine(machine, name);
  }
  return undefined;
}

/** The paths that systemd manages: in its own hierarchy under v1 and hybrid, then in v2. */
function systemdPaths(cgroup: string): string[] {
  const paths = new Map(
    // hierarchy:controllers:path (cgroups(7)); a path can contain colons.
    cgroup.split('\n').map((line) => {
      const [, controllers = 'none', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      return [controllers, path.replace(/ \(deleted\)$/, '')];
    }),
  );
  return ['name=systemd', ''].flatMap((controllers) => paths.get(controllers) ?? []);
}

const SERVICE = '.service';

/** The first unit below the slices, or below the user manager. Deeper cgroups belong to the service itself. */
function serviceUnit(path: readonly string[]): string | undefined {
  // systemd prefixes a `_` to a name that clashes with a file of the kernel.
  const unit = path.map((part) => part.replace(/^_/, '')).find((part) => !isOuter(part));
  return unit?.endsWith(SERVICE) ? unit.slice(0, -SERVICE.length) : undefined;
}

/** Whether units are deeper: `ns` is the root of a machine of Proxmox, and `libvirt` of one of libvirt. */
function isOuter(part: string): boolean {
  return part.endsWith('.slice') || /^(?:user@\d+\.service|ns|libvirt)$/.test(part);
}
