import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { isKernelAtLeast, kernelVersion } from '../../kernel-version.ts';
import type { MissingRequirement } from '../../missing-requirement.ts';
import { type Capability, holdsCapability, readEffectiveCapabilities } from '../../proc/capabilities.ts';
import { parseCgroup2Mounts } from './cgroup-root.ts';

/** What loading the BPF program depends on. */
export interface EbpfHost {
  readonly procRoot: string;
  readonly sysRoot: string;
  /** The kernel release of uname(2), such as `6.1.0-18-amd64`. */
  readonly kernel: string;
  /** Path of the compiled BPF program. */
  readonly program: string;
  /** Throws where libbpf is not installed. */
  loadLibbpf(): unknown;
  inodeOf(path: string): number | undefined;
}

/** Why the eBPF capture failed, the hardest to change first; empty where only the error explains it. */
export function missingForEbpf(host: EbpfHost, { message }: Error): MissingRequirement[] {
  const found = [kernel, types, lockdown, userNamespace, foreignPids, libbpf, program, cgroups]
    .map((check) => check(host))
    .concat(capabilities(host))
    .filter((missing) => missing !== undefined);
  return found.length === 0 && message.includes('EPERM') ? seccomp(host) : found;
}

type Finding = MissingRequirement | undefined;

const OLDEST = { major: 5, minor: 14 };

function kernel({ kernel }: EbpfHost): Finding {
  if (isKernelAtLeast(kernel, OLDEST.major, OLDEST.minor)) return undefined;
  return {
    what: `Linux ${kernelVersion(kernel)} is too old`,
    remedy: `boot Linux ${OLDEST.major}.${OLDEST.minor} or later`,
  };
}

function types({ sysRoot }: EbpfHost): Finding {
  const path = `${sysRoot}/kernel/btf/vmlinux`;
  if (existsSync(path)) return undefined;
  return {
    what: `the kernel has no BTF type information (no ${path})`,
    remedy: 'boot a kernel with CONFIG_DEBUG_INFO_BTF=y; in a container, mount the host’s /sys, read-only',
  };
}

function lockdown({ sysRoot }: EbpfHost): Finding {
  if (!textOf(`${sysRoot}/kernel/security/lockdown`).includes('[confidentiality]')) return undefined;
  return { what: 'kernel lockdown is in confidentiality mode', remedy: 'boot with lockdown=integrity' };
}

function userNamespace({ procRoot }: EbpfHost): Finding {
  if (/^\s*0\s+0\s+4294967295\s*$/.test(textOf(`${procRoot}/self/uid_map`))) return undefined;
  return {
    what: 'it runs in a user namespace: its capabilities do not apply to the host',
    remedy: 'run it in the host’s user namespace (no rootless container, no userns-remap)',
  };
}

/** The inode of the initial pid namespace is fixed (include/linux/proc_ns.h, PROC_PID_INIT_INO). */
const INITIAL_PID_NAMESPACE = 'pid:[4026531836]';

/**
 * The kernel reports pids of the initial pid namespace. In the proc file system of another namespace they are those of
 * other processes, or of none. They are right in the initial one, and in a proc file system mounted from it.
 */
export function foreignPids({ procRoot }: Pick<EbpfHost, 'procRoot'>): Finding {
  const isNested = /^NSpid:\t\d+\t/m.test(textOf(`${procRoot}/self/status`));
  if (isNested || linkOf(`${procRoot}/self/ns/pid`) === INITIAL_PID_NAMESPACE) return undefined;
  return {
    what: 'it runs in a pid namespace: the kernel’s pids differ from those of its /proc',
    remedy: 'share the host’s pid namespace (Docker: pid: host; Kubernetes: hostPID: true)',
  };
}

function libbpf({ loadLibbpf }: EbpfHost): Finding {
  try {
    loadLibbpf();
    return undefined;
  } catch {
    return { what: 'libbpf.so.1 not found', remedy: 'install libbpf 1 (Debian: apt-get install libbpf1)' };
  }
}

function program({ program }: EbpfHost): Finding {
  if (existsSync(program)) return undefined;
  return {
    what: `the BPF program is not built (no ${program})`,
    remedy: 'apt-get install clang libbpf-dev && npm run build -w exporter/cli',
  };
}

/** Only the root of the whole hierarchy has this inode. */
const ROOT_INODE = 1;

function cgroups({ procRoot, inodeOf }: EbpfHost): Finding {
  const points = parseCgroup2Mounts(textOf(`${procRoot}/self/mountinfo`));
  if (points.some((point) => inodeOf(point) === ROOT_INODE)) return undefined;
  if (points.length === 0)
    return {
      what: 'cgroup2 is not mounted',
      remedy: 'mount -t cgroup2 cgroup2 /sys/fs/cgroup; in a container, mount the host’s /sys/fs/cgroup',
    };
  return {
    what: 'only part of the cgroup2 hierarchy is visible',
    remedy: 'share the host’s cgroup namespace (Docker: cgroup: host), or mount the host’s /sys/fs/cgroup',
  };
}

const NEEDED: readonly Capability[] = ['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN'];

/** CAP_SYS_ADMIN includes the others. */
function capabilities({ procRoot }: EbpfHost): MissingRequirement[] {
  const held = readEffectiveCapabilities(procRoot);
  if (holdsCapability(held, 'CAP_SYS_ADMIN')) return [];
  const remedy = `grant ${NEEDED.join(', ')} (systemd: AmbientCapabilities=; Docker: cap_add)`;
  return NEEDED.filter((name) => !holdsCapability(held, name)).map((name) => ({
    what: `no ${name}`,
    remedy,
  }));
}

function seccomp({ procRoot }: EbpfHost): MissingRequirement[] {
  if (!/^Seccomp:\t2$/m.test(textOf(`${procRoot}/self/status`))) return [];
  const remedy =
    'allow bpf(2) (systemd: SystemCallFilter=bpf; Docker: a seccomp profile of version 23 or later)';
  return [{ what: 'a seccomp filter is active and might block bpf(2)', remedy }];
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
