import { readdirSync, readlinkSync } from 'node:fs';

/** Finds the processes that hold sockets. */
export interface SocketOwners {
  /**
   * Finds the owners of these sockets, and of no others, among these processes (ascending). A socket that several
   * processes hold (forked workers) belongs to the one with the lowest pid, their leader; but to init (1) only if no
   * other process holds it, since init holds listeners for socket activation.
   */
  find(
    inodes: ReadonlySet<number>,
    pids: readonly number[],
  ): { owners: ReadonlyMap<number, number>; denied: number };
}

/** After this many scans a socket is assumed to have no process (kernel sockets), or one that cannot be inspected. */
const ATTEMPTS = 3;

/**
 * Reads `/proc/PID/fd`, the only way from a socket to its process in user space (proc(5)). A scan reads thousands of
 * links, so that owners are cached and only sockets not seen before cause a scan. A scan also corrects known owners: a
 * server that forks for each connection holds it for a moment itself.
 */
export function createSocketOwners(procRoot: string): SocketOwners {
  const known = new Map<number, number>();
  const attempts = new Map<number, number>();
  let denied = 0;

  function removeStale(inodes: ReadonlySet<number>, alive: ReadonlySet<number>): void {
    for (const [inode, pid] of known) if (!inodes.has(inode) || !alive.has(pid)) known.delete(inode);
    for (const inode of attempts.keys()) if (!inodes.has(inode)) attempts.delete(inode);
  }

  function scan(wanted: Set<number>, inodes: ReadonlySet<number>, pids: readonly number[]): void {
    denied = 0;
    const found = new Set<number>();
    const initLast = pids[0] === 1 ? [...pids.slice(1), 1] : pids;
    for (const pid of initLast) {
      if (wanted.size === 0) return;
      const held = readSocketInodes(procRoot, pid);
      if (held === 'denied') denied++;
      else {
        for (const inode of held) {
          if (!inodes.has(inode) || found.has(inode)) continue;
          found.add(inode);
          wanted.delete(inode);
          known.set(inode, pid);
        }
      }
    }
  }

  return {
    find(inodes, pids) {
      removeStale(inodes, new Set(pids));
      const wanted = new Set<number>();
      for (const inode of inodes) {
        if (inode !== 0 && !known.has(inode) && (attempts.get(inode) ?? 0) < ATTEMPTS) wanted.add(inode);
      }
      if (wanted.size > 0) scan(wanted, inodes, pids);
      for (const inode of wanted) attempts.set(inode, (attempts.get(inode) ?? 0) + 1);
      return { owners: known, denied };
    },
  };
}

function readSocketInodes(procRoot: string, pid: number): number[] | 'denied' {
  const folder = `${procRoot}/${pid}/fd`;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'denied' : [];
  }
  const inodes: number[] = [];
  for (const name of names) {
    try {
      const inode = parseSocketLink(readlinkSync(`${folder}/${name}`));
      if (inode !== undefined) inodes.push(inode);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES') return 'denied';
      // Closed since it was listed.
    }
  }
  return inodes;
}

/** `socket:[4711]` → 4711; undefined for other files. */
export function parseSocketLink(link: string): number | undefined {
  if (!link.startsWith('socket:[') || !link.endsWith(']')) return undefined;
  const inode = Number(link.slice(8, -1));
  return Number.isSafeInteger(inode) && inode >= 0 ? inode : undefined;
}
