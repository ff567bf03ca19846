import type { MissingRequirement } from '../../missing-requirement.ts';

/** Why the agent cannot read DNS responses, given the error of the attempt. */
export function missingForDns({ message, code }: Error & { readonly code?: unknown }): MissingRequirement {
  return {
    what: code === 'EPERM' ? 'no CAP_NET_RAW' : message,
    remedy:
      'grant CAP_NET_RAW (systemd: AmbientCapabilities=; Docker: cap_add), or disable it with --dns off',
  };
}
