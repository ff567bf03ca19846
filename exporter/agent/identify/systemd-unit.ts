import { escapeBytes } from '../text/escape-bytes.ts';

/**
 * The systemd service of a process, by its `/proc/PID/cgroup`: the name of the unit without `.service`, with its
 * instance (`postgresql@15-main`). Undefined for a process of a session, of a scope, or outside any unit.
 */
export function systemdUnit(cgroup: string): string | undefined {
  for (const path of systemdPaths(cgroup)) {
    const unit = serviceUnit(path);
    if (unit) return nameOf(unit);
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

/**
 * The first unit below the slices, or below the user manager. Deeper cgroups belong to the service itself. A path from
 * outside of the agent's cgroup namespace starts with `..`.
 */
function serviceUnit(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  // systemd prefixes a `_` to a name that clashes with a file of the kernel.
  const unit = parts.map((part) => part.replace(/^_/, '')).find((part) => !isOuter(part));
  return unit?.endsWith(SERVICE) ? unit.slice(0, -SERVICE.length) : undefined;
}

function isOuter(part: string): boolean {
  return part.endsWith('.slice') || /^user@\d+\.service$/.test(part);
}

/** Units with a new name at every start: those of `systemd-run`, and those of D-Bus for each connection. */
const TRANSIENT = /^(?:run-(?:r[0-9a-f]{32}|u\d+|p\d+-i\d+)|dbus-:.*)$/;
/** An instance for each connection, with its number and addresses or the peer's pid (`Accept=yes`). */
const CONNECTION = /^\d+-(?:.*:\d+-.*:\d+|\d+-\d+)$/;

function nameOf(unit: string): string | undefined {
  if (TRANSIENT.test(unit)) return undefined;
  const at = unit.indexOf('@');
  const [template, instance] = at === -1 ? [unit, ''] : [unit.slice(0, at), unit.slice(at + 1)];
  return unescapeName(instance === '' || CONNECTION.test(instance) ? template : unit) || undefined;
}

/** `\x2d` → `-` (systemd.unit(5)). */
function unescapeName(name: string): string {
  if (!name.includes('\\x')) return name;
  const bytes = name
    .split(/(\\x[0-9a-fA-F]{2})/)
    .map((part, at) => Buffer.from(at % 2 === 1 ? part.slice(2) : part, at % 2 === 1 ? 'hex' : 'utf8'));
  return escapeBytes(Buffer.concat(bytes));
}
