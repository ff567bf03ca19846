import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { parseCgroup2Mounts } from '../capture/ebpf/cgroup-root.ts';
import type { Obstacle } from '../capture/rung.ts';
import { isKernelAtLeast, kernelVersion } from '../kernel-version.ts';
import { type Capability, holdsCapability, readEffectiveCapabilities } from './capabilities.ts';

/** What loading into the kernel depends on. */
export interface Surroundings {
  readonly procRoot: string;
  readonly sysRoot: string;
  /** As uname(2) tells it: `6.1.0-18-amd64`. */
  readonly kernel: string;
  /** The compiled kernel program. */
  readonly program: string;
  /** Throws where there is no libbpf. */
  loadLibbpf(): unknown;
  inodeOf(path: string): number | undefined;
}

/** What made the in-kernel capture fail, the hardest to change first; none where only the error can tell. */
export function ebpfObstacles(where: Surroundings, { message }: Error): Obstacle[] {
  const found = [kernel, types, lockdown, userNamespace, foreignPids, libbpf, program, cgroups]
    .map((check) => check(where))
    .concat(capabilities(where))
    .filter((obstacle) => obstacle !== undefined);
  return found.length === 0 && message.includes('EPERM') ? seccomp(where) : found;
}

type Finding = Obstacle | undefined;

const OLDEST = { major: 5, minor: 14 };

function kernel({ kernel }: Surroundings): Finding {
  if (isKernelAtLeast(kernel, OLDEST.major, OLDEST.minor)) return undefined;
  return {
    what: `Linux ${kernelVersion(kernel)} is too old`,
    remedy: `boot Linux ${OLDEST.major}.${OLDEST.minor} or later`,
  };
}

function types({ sysRoot }: Surroundings): Finding {
  const path = `${sysRoot}/kernel/btf/vmlinux`;
  if (existsSync(path)) return undefined;
  return {
    what: `the kernel does not describe its types (no ${path})`,
    remedy: 'boot a kernel with CONFIG_DEBUG_INFO_BTF=y; in a container, mount the host’s /sys, read-only',
  };
}

function lockdown({ sysRoot }: Surroundings): Finding {
  if (!textOf(`${sysRoot}/kernel/security/lockdown`).includes('[confidentiality]')) return undefined;
  return { what: 'the kernel is locked down for confidentiality', remedy: 'boot with lockdown=integrity' };
}

function userNamespace({ procRoot }: Surroundings): Finding {
  if (/^\s*0\s+0\s+4294967295\s*$/.test(textOf(`${procRoot}/self/uid_map`))) return undefined;
  return {
    what: 'a user namespace of its own: its capabilities do not count',
    remedy: 'run it as a user of the host (no rootless container, no userns-remap)',
  };
}

/** The first pid namespace has always had this inode (include/linux/proc_ns.h, PROC_PID_INIT_INO). */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';

/**
 * The kernel tells processes by the pids of the first pid namespace. Looked up in the proc file system of another, they
 * are those of other processes, or of none. Within the first, or in a proc file system mounted from it, they are right.
 */
export function foreignPids({ procRoot }: Pick<Surroundings, 'procRoot'>): Finding {
  const isNested = /^NSpid:\t\d+\t/m.test(textOf(`${procRoot}/self/status`));
  if (isNested || linkOf(`${procRoot}/self/ns/pid`) === FIRST_PID_NAMESPACE) return undefined;
  return {
    what: 'a pid namespace of its own: the kernel’s pids are not those of its /proc',
    remedy: 'share the host’s (Docker: pid: host; Kubernetes: hostPID: true)',
  };
}

function libbpf({ loadLibbpf }: Surroundings): Finding {
  try {
    loadLibbpf();
    return undefined;
  } catch {
    return { what: 'libbpf.so.1 not found', remedy: 'install libbpf 1 (Debian: apt-get install libbpf1)' };
  }
}

function program({ program }: Surroundings): Finding {
  if (existsSync(program)) return undefined;
  return {
    what: `its kernel program is not built (no ${program})`,
    remedy: 'apt-get install clang libbpf-dev && npm run build -w exporter/cli',
  };
}

/** The root of the whole hierarchy is the only one with this inode. */
const ROOT_INODE = 1;

function cgroups({ procRoot, inodeOf }: Surroundings): Finding {
  const points = parseCgroup2Mounts(textOf(`${procRoot}/self/mountinfo`));
  if (points.some((point) => inodeOf(point) === ROOT_INODE)) return undefined;
  if (points.length === 0)
    return {
      what: 'cgroup2 is not mounted',
      remedy: 'mount -t cgroup2 cgroup2 /sys/fs/cgroup; in a container, mount the host’s /sys/fs/cgroup',
    };
  return {
    what: 'only a part of the cgroup2 hierarchy is to be seen',
    remedy: 'share the host’s cgroup namespace (Docker: cgroup: host), or mount the host’s /sys/fs/cgroup',
  };
}

const NEEDED: readonly Capability[] = ['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN'];

/** To the kernel, CAP_SYS_ADMIN includes those. */
function capabilities({ procRoot }: Surroundings): Obstacle[] {
  const held = readEffectiveCapabilities(procRoot);
  if (holdsCapability(held, 'CAP_SYS_ADMIN')) return [];
  const remedy = `grant ${NEEDED.join(', ')} (systemd: AmbientCapabilities=; Docker: cap_add)`;
  return NEEDED.filter((name) => !holdsCapability(held, name)).map((name) => ({
    what: `no ${name}`,
    remedy,
  }));
}

function seccomp({ procRoot }: Surroundings): Obstacle[] {
  if (!/^Seccomp:\t2$/m.test(textOf(`${procRoot}/self/status`))) return [];
  const remedy =
    'allow bpf(2) (systemd: SystemCallFilter=bpf; Docker: a seccomp profile of version 23 or later)';
  return [{ what: 'a seccomp filter is in force, and may forbid bpf(2)', remedy }];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
