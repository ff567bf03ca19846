import type { Holder } from './layout.ts';

export const INIT = 1;

/**
 * The process that a listener belongs to, among those that hold it. Of one that was forked with its workers it is the
 * leader, which started first. A holder that has executed another program was given the socket: by a manager that opened
 * it for a service (socket activation), or by mistake, when a server starts a helper without closing it. So it owns the
 * socket only if it is known to have accepted connections (`acceptors`, by `exec`), or if init was the giver.
 */
export function ownerOf<H extends Holder>(
  holders: readonly [H, ...H[]],
  acceptors: ReadonlySet<number> = NONE,
): H {
  const [first, ...later] = holders.toSorted((one, other) => one.started - other.started) as [H, ...H[]];
  const given = later.filter(({ exec }) => exec !== first.exec);
  return (
    given.find(({ exec }) => acceptors.has(exec)) ?? (first.pid === INIT ? given[0] : undefined) ?? first
  );
}

const NONE: ReadonlySet<number> = new Set();

/** The rows of each socket. */
export function bySocket<H extends Holder>(rows: Iterable<H>): Map<string, [H, ...H[]]> {
  return Map.groupBy(rows, ({ socket }) => socket) as Map<string, [H, ...H[]]>;
}
