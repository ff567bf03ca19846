import { unescapeName, unitName } from '../unit-name.ts';
import { containerAt } from './container-id.ts';

/** A cgroup path, split at the machine that contains it: a system container, with an init and units of its own. */
export interface MachinePath {
  /**
   * Its name, after those of the machines around it (`outer/inner`). The owner of a
   * machine that is not directly below the root is in front, so that it differs from one of the host: `user@1000/web`,
   * `ci.service/web`.
   */
  readonly machine: string | undefined;
  /** The components of the path within the innermost machine; without one, those of the whole path. */
  readonly parts: readonly string[];
}

interface FoundMachine {
  readonly name: string;
  /** The number of components up to its own root. */
  readonly length: number;
}

/** Splits a path of `/proc/PID/cgroup`. A path from outside of the agent's cgroup namespace starts with `..`. */
export function splitMachine(path: string): MachinePath {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  const names: string[] = [];
  let start = 0;
  for (let at = 0; at < parts.length; at++) {
    const found = machineAt(parts.slice(at));
    if (!found) continue;
    names.push(...ownersOf(parts.slice(start, at)), found.name);
    start = at + found.length;
    at = start - 1;
  }
  return { machine: names.length === 0 ? undefined : names.join('/'), parts: parts.slice(start) };
}

/** LXC from 4.0, LXD, Incus. What monitors the machine, in `lxc.monitor.NAME`, is outside of it. */
const LXC = /^lxc\.payload\.(.+)$/;
/** LXC before 3.1 and Proxmox, then LXC 3.1 and 3.2: the name is the next component. */
const LXC_FOLDERS = ['lxc', 'lxc.payload'];
/** systemd-machined, for systemd-nspawn and libvirt. */
const SCOPE = /^machine-(.+)\.scope$/;
/** libvirt without systemd. */
const LIBVIRT = /^(.+)\.libvirt-(?:lxc|qemu)$/;
const NSPAWN = /^systemd-nspawn@(.+)\.service$/;
const UNIT = /^(.+)\.service$/;
/** libvirt numbers its machines: `lxc-1268-web` has another number after each start. */
const LIBVIRT_NUMBER = /^(?:lxc|qemu|xen)-\d+-(?=.)/;

/** The machine whose cgroup starts at the first of these components. */
function machineAt([part = '', next, ...more]: readonly string[]): FoundMachine | undefined {
  const [, lxc] = LXC.exec(part) ?? [];
  if (lxc) return { name: lxc, length: 1 };
  if (LXC_FOLDERS.includes(part)) return next === undefined ? undefined : { name: next, length: 2 };
  const [, libvirt] = LIBVIRT.exec(part) ?? [];
  if (libvirt) return { name: withoutNumber(libvirt), length: 1 };
  // systemd-nspawn itself is outside of its machine.
  if (next === 'supervisor') return undefined;
  const length = next === 'payload' ? 2 : 1;
  const [, scope] = SCOPE.exec(part) ?? [];
  if (scope) return { name: withoutNumber(unescapeName(scope)), length };
  const [, nspawn] = NSPAWN.exec(part) ?? [];
  if (nspawn && next !== undefined) return { name: unescapeName(nspawn), length };
  // systemd-nspawn in a unit with another name, with an init that has cgroups of its own.
  const [, unit] = next === 'payload' && more.length > 0 ? (UNIT.exec(part) ?? []) : [];
  const name = unit && unitName(unit);
  return name ? { name, length } : undefined;
}

function withoutNumber(name: string): string {
  return name.replace(LIBVIRT_NUMBER, '');
}

/** Components without a meaning for the name: of Proxmox, of libvirt, and scopes, whose names change. */
const ANONYMOUS = /^(?:ns|machine|libvirt|.*\.scope)$/;
const USER = /^user[-@](\d+)\.(?:slice|service)$/;

/** The users, units, containers and other groups around a machine: any of them can create a cgroup of any name. */
function ownersOf(parts: readonly string[]): string[] {
  const owners = parts.flatMap((part) => {
    const [, uid] = USER.exec(part) ?? [];
    if (uid) return [`user@${uid}`];
    const container = containerAt(part);
    if (container) return [container.id.slice(0, 12)];
    return part.endsWith('.slice') || ANONYMOUS.test(part) ? [] : [part];
  });
  return owners.filter((owner, at) => owner !== owners[at - 1]);
}

/** The machine of a process by its `/proc/PID/cgroup`: of all hierarchies, the innermost. Undefined outside of machines. */
export function parseMachine(text: string): string | undefined {
  const machines = text.split('\n').map((line) => {
    // hierarchy:controllers:path (cgroups(7)); a path can contain colons.
    const [, path = ''] = /^\d+:[^:]*:(.*)$/.exec(line) ?? [];
    return splitMachine(path.replace(/ \(deleted\)$/, '')).machine ?? '';
  });
  return machines.reduce((one, other) => (other.length > one.length ? other : one)) || undefined;
}

/** The name of a service within a machine: `web-1/nginx`. */
export function inMachine(machine: string | undefined, service: string): string {
  return machine === undefined ? service : `${machine}/${service}`;
}
