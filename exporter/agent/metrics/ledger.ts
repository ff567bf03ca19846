import { addCounts, type Counts } from '../aggregate/counts.ts';
import type { HalfEdge } from '../half-edge.ts';
import { type Attributes, edgeAttributes, edgeKey } from './edge-attributes.ts';

/** A dependency with its final attributes. Its sums never decrease while it is exported. */
export interface LedgerEntry extends Counts {
  readonly attributes: Attributes;
  /** When it was first seen and its sums started, in ms since 1970. */
  readonly since: number;
  /** When it last had a connection open, opened or failed, in ms since 1970. */
  lastSeen: number;
  /** The same, monotonic. */
  usedAt: number;
  open: number;
  rttSum: number;
  rttCount: number;
}

export interface Ledger {
  /**
   * Adds the half-edges of one cycle at `now` (ms since 1970), and removes entries that have expired. `uptime` (monotonic,
   * in ms) continues evenly if the clock is set, as it may be by hours on a machine that has just started.
   */
  record(halfEdges: readonly HalfEdge[], now: number, uptime?: number): void;
  entries(): readonly LedgerEntry[];
  /** Changes how long entries are kept. */
  setExpiration(edgeExpiration: number): void;
}

/** Smaller corrections of the clock (ms) are not followed: a time of last use must not change in every cycle. */
const MIN_STEP = 1000;

/** Keeps the exported edges, each for `edgeExpiration` ms after its last use. */
export function createLedger(edgeExpiration: number): Ledger {
  const entries = new Map<string, LedgerEntry>();
  /** The clock when the monotonic one was 0. It changes with every step of the clock, and drifts slowly otherwise. */
  let origin: number | undefined;

  /** Moves the times of last use with a clock that was set: otherwise they would be in the future, or too long ago. */
  function followClock(now: number, uptime: number): void {
    const step = origin === undefined ? 0 : now - uptime - origin;
    if (origin !== undefined && Math.abs(step) < MIN_STEP) return;
    origin = now - uptime;
    for (const entry of entries.values()) entry.lastSeen += step;
  }

  function entryOf(half: HalfEdge, now: number, usedAt: number): LedgerEntry {
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
      followClock(now, uptime);
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
    setExpiration(milliseconds) {
      edgeExpiration = milliseconds;
    },
  };
}
