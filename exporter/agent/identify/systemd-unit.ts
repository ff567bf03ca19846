import { escapeBytes } from '../text/escape-bytes.ts';

/**
 * What operators call the systemd service of a process, by its `/proc/PID/cgroup`: the unit without `.service`,
 * with its instance (`postgresql@15-main`). Undefined where no service keeps it, but a session, a scope or nobody.
 */
export function systemdUnit(cgroup: string): string | undefined {
  for (const path of systemdPaths(cgroup)) {
    const unit = serviceUnit(path);
    if (unit) return nameOf(unit);
  }
  return undefined;
}

/** The paths that systemd keeps: of its own hierarchy under v1 and hybrid, then of v2. */
function systemdPaths(cgroup: string): string[] {
  const paths = new Map(
    // hierarchy:controllers:path (cgroups(7)); a path may hold colons.
    cgroup.split('\n').map((line) => {
      const [, controllers = 'none', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      return [controllers, path.replace(/ \(deleted\)$/, '')];
    }),
  );
  return ['name=systemd', ''].flatMap((controllers) => paths.get(controllers) ?? []);
}

const SERVICE = '.service';

/**
 * The first unit below the slices; below a user manager, the first of its own. What lies deeper is the
 * service's own affair. A path from outside of this one's cgroup namespace starts with `..`.
 */
function serviceUnit(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  // systemd puts a `_` before a name that the kernel would take for a file of its own.
  const unit = parts.map((part) => part.replace(/^_/, '')).find((part) => !isOuter(part));
  return unit?.endsWith(SERVICE) ? unit.slice(0, -SERVICE.length) : undefined;
}

function isOuter(part: string): boolean {
  return part.endsWith('.slice') || /^user@\d+\.service$/.test(part);
}

/** Units that get another name at every start: those of `systemd-run`, and of D-Bus for each connection. */
const PASSING = /^(?:run-(?:r[0-9a-f]{32}|u\d+|p\d+-i\d+)|dbus-:.*)$/;
/** An instance for each connection, with its number and addresses or the peer's pid (`Accept=yes`). */
const CONNECTION = /^\d+-(?:.*:\d+-.*:\d+|\d+-\d+)$/;

function nameOf(unit: string): string | undefined {
  if (PASSING.test(unit)) return undefined;
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
