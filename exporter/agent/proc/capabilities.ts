import { readFileSync } from 'node:fs';

/** The bits of the capabilities in use (include/uapi/linux/capability.h). */
const BITS = {
  CAP_DAC_READ_SEARCH: 2,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
} as const;

export type Capability = keyof typeof BITS;

/** The effective set of this process; empty if unknown. */
export function readEffectiveCapabilities(procRoot: string): bigint {
  try {
    return parseEffectiveCapabilities(readFileSync(`${procRoot}/self/status`, 'latin1'));
  } catch {
    return 0n;
  }
}

/** The effective set of a process, from the `CapEff` line of `/proc/PID/status`; empty if it has none. */
export function parseEffectiveCapabilities(status: string): bigint {
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return hex === undefined ? 0n : BigInt(`0x${hex}`);
}

/** Whether a set contains a capability. */
export function holdsCapability(set: bigint, capability: Capability): boolean {
  return (set & (1n << BigInt(BITS[capability]))) !== 0n;
}
