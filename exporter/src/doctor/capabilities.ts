/** The bits of the capabilities that matter here (include/uapi/linux/capability.h). */
const BITS = { CAP_DAC_READ_SEARCH: 2, CAP_NET_ADMIN: 12, CAP_SYS_PTRACE: 19, CAP_SYS_ADMIN: 21 } as const;

/** The effective set of a process, from the `CapEff` line of `/proc/PID/status`; empty when there is none. */
export function parseEffectiveCapabilities(status: string): bigint {
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return hex === undefined ? 0n : BigInt(`0x${hex}`);
}

/** Whether a set has a capability. */
export function holdsCapability(set: bigint, capability: keyof typeof BITS): boolean {
  return (set & (1n << BigInt(BITS[capability]))) !== 0n;
}
