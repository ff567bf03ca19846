import { readlinkSync } from 'node:fs';
import type { NetworkNamespace } from '../native/enter-namespace.ts';

/**
 * The network namespaces of all processes, the agent's own first. Processes whose namespace cannot be read (those of
 * other users need CAP_SYS_PTRACE) are counted in `denied`.
 */
export function listNetworkNamespaces(
  procRoot: string,
  pids: readonly number[],
): { namespaces: NetworkNamespace[]; denied: number } {
  const found = new Map(ownNetworkNamespace(procRoot).map((own) => [own.netns, own]));
  let denied = 0;
  for (const pid of pids) {
    const netns = readNetworkNamespace(procRoot, pid);
    if (netns === 'denied') denied++;
    else if (netns !== 'gone' && !found.has(netns)) found.set(netns, { netns, pid, isOwn: false });
  }
  return { namespaces: [...found.values()], denied };
}

/** The agent's own network namespace. */
export function ownNetworkNamespace(procRoot: string): NetworkNamespace[] {
  const netns = readNetworkNamespace(procRoot, 'self');
  return typeof netns === 'number' ? [{ netns, pid: ownPid(procRoot), isOwn: true }] : [];
}

/** The pid of this process in that proc file system, which differs if it is the host's, mounted in a container. */
function ownPid(procRoot: string): number {
  try {
    return Number.parseInt(readlinkSync(`${procRoot}/self`), 10) || process.pid;
  } catch {
    return process.pid;
  }
}

/** The network namespace of a process. */
export function readNetworkNamespace(procRoot: string, pid: number | 'self'): number | 'denied' | 'gone' {
  try {
    return parseNetworkNamespace(readlinkSync(`${procRoot}/${pid}/ns/net`)) ?? 'gone';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'denied' : 'gone';
  }
}

/** `net:[4026531840]` → 4026531840, the inode; undefined for any other text (namespaces(7)). */
export function parseNetworkNamespace(link: string): number | undefined {
  const match = /^net:\[(\d+)\]$/.exec(link);
  return match ? Number(match[1]) : undefined;
}
