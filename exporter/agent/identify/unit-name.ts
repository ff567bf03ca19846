import { escapeBytes } from '../text/escape-bytes.ts';

/** Units with a new name at every start: those of `systemd-run`, and those of D-Bus for each connection. */
const TRANSIENT = /^(?:run-(?:r[0-9a-f]{32}|u\d+|p\d+-i\d+)|dbus-:.*)$/;
/** An instance for each connection, with its number and addresses or the peer's pid (`Accept=yes`). */
const CONNECTION = /^\d+-(?:.*:\d+-.*:\d+|\d+-\d+)$/;

/** The name of a service by its unit without `.service`; undefined if that changes with every start. */
export function unitName(unit: string): string | undefined {
  if (TRANSIENT.test(unit)) return undefined;
  const at = unit.indexOf('@');
  const [template, instance] = at === -1 ? [unit, ''] : [unit.slice(0, at), unit.slice(at + 1)];
  return unescapeName(instance === '' || CONNECTION.test(instance) ? template : unit) || undefined;
}

/** `\x2d` → `-` (systemd.unit(5)). A slash stays escaped, as it separates a machine from its units. */
export function unescapeName(name: string): string {
  if (!name.includes('\\x')) return name;
  const bytes = name
    .split(/(\\x(?!2f)[0-9a-fA-F]{2})/i)
    .map((part, at) => Buffer.from(at % 2 === 1 ? part.slice(2) : part, at % 2 === 1 ? 'hex' : 'utf8'));
  return escapeBytes(Buffer.concat(bytes));
}
