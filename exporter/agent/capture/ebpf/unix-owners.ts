import type { Row, UnixRow } from './layout.ts';
import { bySocket, ownerOf } from './owner.ts';

/**
 * Finds the Unix listeners of successive scans, each with the process that it belongs to. A program that holds
 * connections of a listener has accepted them. Short ones are not seen with their server. So a program that was given
 * a listener, and keeps it, owns it if no program was ever seen to accept.
 */
export function createUnixOwners(): (rows: readonly Row[]) => UnixRow[] {
  let before = new Map<string, Known>();

  return (rows) => {
    const all = rows.filter((row) => row.kind === 'unix');
    const accepting = acceptorsByName(all);
    const known = new Map<string, Known>();
    const owners: UnixRow[] = [];
    for (const [socket, holders] of bySocket(all.filter(({ listens }) => listens))) {
      const id = `${socket} ${holders[0].inode}`;
      const last = before.get(id);
      const acceptors = new Set([...(last?.acceptors ?? []), ...(accepting.get(holders[0].nameId) ?? [])]);
      const kept = new Set(holders.filter(({ pid }) => last?.pids.has(pid)).map(({ exec }) => exec));
      const isSeen = holders.some(({ exec }) => acceptors.has(exec));
      owners.push(ownerOf(holders, isSeen ? acceptors : kept));
      known.set(id, { acceptors, pids: new Set(holders.map(({ pid }) => pid)) });
    }
    before = known;
    return owners;
  };
}

/** What earlier scans have shown of a listener. */
interface Known {
  /** The programs that accepted, by `exec`. */
  readonly acceptors: ReadonlySet<number>;
  /** The processes that held it in the last scan. */
  readonly pids: ReadonlySet<number>;
}

/** An accepted socket has the name object of its listener. */
function acceptorsByName(rows: readonly UnixRow[]): Map<string, Set<number>> {
  const acceptors = new Map<string, Set<number>>();
  for (const { listens, nameId, exec } of rows)
    if (!listens && nameId !== '') acceptors.set(nameId, (acceptors.get(nameId) ?? new Set()).add(exec));
  return acceptors;
}
