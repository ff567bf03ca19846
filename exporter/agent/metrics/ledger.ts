import { addCounts, type Counts } from '../aggregate/counts.ts';
import type { HalfEdge } from '../half-edge.ts';
import { type Attributes, edgeAttributes, edgeKey } from './edge-attributes.ts';

/** A dependency under its final name, with sums that only grow while it is exported. */
export interface Entry extends Counts {
  readonly attributes: Attributes;
  /** When it was first seen, and its sums began, in ms since 1970. */
  readonly since: number;
  /** When it was last in use: had a connection open, opened one or failed to. In ms since 1970. */
  lastSeen: number;
  /** The same by the clock that is never set. */
  usedAt: number;
  open: number;
  rttSum: number;
  rttCount: number;
}

export interface Ledger {
  /**
   * Enters what one pass saw at `now` (ms since 1970), and drops entries not in use for `edgeExpiration`. `uptime`
   * (ms since any time) goes on evenly when the clock is set, as it may be by hours on a machine just started.
   */
  record(halfEdges: readonly HalfEdge[], now: number, uptime?: number): void;
  entries(): readonly Entry[];
}

/** Keeps the exported edges. `edgeExpiration` is in ms. */
export function createLedger(edgeExpiration: number): Ledger {
  const entries = new Map<string, Entry>();

  function entryOf(half: HalfEdge, now: number, usedAt: number): Entry {
    const key = edgeKey(half);
    let entry = entries.get(key);
    if (!entry) {
      const attributes = edgeAttributes(half);
      entry = { attributes, since: now, lastSeen: now, usedAt, open: 0, opened: 0, rttSum: 0, rttCount: 0 };
      entries.set(key, entry);
    }
    return entry;
  }

  return {
    record(halfEdges, now, uptime = now) {
      for (const entry of entries.values()) entry.open = entry.rttSum = entry.rttCount = 0;
      for (const half of halfEdges) {
        const entry = entryOf(half, now, uptime);
        entry.lastSeen = now;
        entry.usedAt = uptime;
        entry.open += half.flow.open;
        entry.rttSum += half.flow.rttSum;
        entry.rttCount += half.flow.rttCount;
        addCounts(entry, half.flow);
      }
      for (const [key, entry] of entries) if (uptime - entry.usedAt > edgeExpiration) entries.delete(key);
    },
    entries: () => [...entries.values()],
  };
}
