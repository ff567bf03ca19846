import type { Obstacle } from '../capture/rung.ts';

/** What this error says that keeps the agent from hearing name servers. */
export function dnsObstacle({ message, code }: Error & { readonly code?: unknown }): Obstacle {
  const what = code === 'EPERM' ? 'no CAP_NET_RAW' : message;
  return {
    what,
    remedy: 'grant CAP_NET_RAW (systemd: AmbientCapabilities=; Docker: cap_add), or do without: --dns off',
  };
}
