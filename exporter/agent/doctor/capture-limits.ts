import type { CaptureName } from '../capture/capture.ts';
import type { MissingRequirement } from '../missing-requirement.ts';
import { type Capability, holdsCapability } from '../proc/capabilities.ts';

/** What a capture cannot do without some capabilities. */
interface Limit {
  readonly effect: string;
  readonly needs: readonly Capability[];
  /** Whether it only concerns network namespaces other than the agent's own. */
  readonly otherNamespaces?: boolean;
}

/** /proc/PID/fd takes two capabilities: one to list it and one to follow its links. */
const NAMES: Limit = {
  effect: 'names only processes of its own user',
  needs: ['CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH'],
};

const LIMITS: Record<CaptureName, readonly Limit[]> = {
  // The kernel program knows the process of each socket, and every user can read the first 15 bytes of its name.
  ebpf: [{ effect: 'truncates the names of other users’ processes', needs: ['CAP_SYS_PTRACE'] }],
  sockdiag: [
    NAMES,
    {
      effect: 'reads only its own network namespace',
      needs: ['CAP_SYS_PTRACE', 'CAP_SYS_ADMIN'],
      otherNamespaces: true,
    },
  ],
  procfs: [
    NAMES,
    { effect: 'reads only its own network namespace', needs: ['CAP_SYS_PTRACE'], otherNamespaces: true },
  ],
};

/** What a working capture cannot do for lack of capabilities, and which ones to grant. */
export function captureLimits(
  capture: CaptureName,
  held: bigint,
  netns: 'self' | 'all',
): MissingRequirement[] {
  return LIMITS[capture]
    .filter(({ otherNamespaces }) => !otherNamespaces || netns === 'all')
    .flatMap(({ effect, needs }) => {
      const lacking = needs.filter((capability) => !holdsCapability(held, capability));
      if (lacking.length === 0) return [];
      const what = `${effect} (${lacking.map((capability) => `no ${capability}`).join(', ')})`;
      return [{ what, remedy: `grant ${lacking.join(' and ')}, or run as root` }];
    });
}
