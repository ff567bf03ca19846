import type { CaptureName } from '../capture/capture.ts';
import type { Obstacle } from '../capture/rung.ts';
import { type Capability, holdsCapability } from './capabilities.ts';

/** What is given up with a capability. */
interface Limit {
  readonly lost: string;
  readonly without: readonly Capability[];
  /** Whether it is of use only for other network namespaces than the own one. */
  readonly elsewhere?: boolean;
}

/** /proc/PID/fd takes two capabilities: one to list it and one to follow it. */
const NAMES: Limit = {
  lost: 'names the processes of its own user only',
  without: ['CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH'],
};

const LIMITS: Record<CaptureName, readonly Limit[]> = {
  // The kernel tells who holds a socket, and everyone may read a process's first 15 bytes of name.
  ebpf: [{ lost: 'names of other users’ processes are cut short', without: ['CAP_SYS_PTRACE'] }],
  sockdiag: [
    NAMES,
    { lost: 'own network namespace only', without: ['CAP_SYS_PTRACE', 'CAP_SYS_ADMIN'], elsewhere: true },
  ],
  procfs: [NAMES, { lost: 'own network namespace only', without: ['CAP_SYS_PTRACE'], elsewhere: true }],
};

/** What a capture that works cannot give for want of capabilities, and what to grant. */
export function captureLimits(capture: CaptureName, held: bigint, netns: 'self' | 'all'): Obstacle[] {
  return LIMITS[capture]
    .filter(({ elsewhere }) => !elsewhere || netns === 'all')
    .flatMap(({ lost, without }) => {
      const lacking = without.filter((capability) => !holdsCapability(held, capability));
      if (lacking.length === 0) return [];
      const what = `${lost} (${lacking.map((capability) => `no ${capability}`).join(', ')})`;
      return [{ what, remedy: `grant ${lacking.join(' and ')}, or run as root` }];
    });
}
