import { readlinkSync } from 'node:fs';
import type { NetworkNamespace } from '../native/enter-namespace.ts';

/**
 * The network namespaces in which processes live, the own one first. Processes whose namespace may not be
 * looked at (it takes CAP_SYS_PTRACE for those of other users) are counted in `denied`.
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

/** The network namespace of this process alone. */
export function ownNetworkNamespace(procRoot: string): NetworkNamespace[] {
  const netns = readNetworkNamespace(procRoot, 'self');
  return typeof netns === 'number' ? [{ netns, pid: ownPid(procRoot), isOwn: true }] : [];
}

/** The pid of this process as that proc file system has it: the host's, mounted in a container, has another. */
function ownPid(procRoot: string): number {
  try {
    return Number.parseInt(readlinkSync(`${procRoot}/self`), 10) || process.pid;
  } catch {
    return process.pid;
  }
}

/** The network namespace in which a process lives. */
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
