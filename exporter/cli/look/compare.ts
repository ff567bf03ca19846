import type { TimeRange } from '../config/range-options.ts';
import type { ServiceEdge } from '../joined/edge.ts';
import { failures } from '../joined/failures.ts';
import { type Counts, createEdgeReader, noConnections } from '../joined/read.ts';
import type { Prometheus } from '../prometheus/client.ts';

/** A dependency and its use within one range. */
export interface UsedEdge {
  readonly edge: ServiceEdge;
  readonly lastSeen: number;
  readonly counts: Counts;
}

/** A dependency whose use differs between the previous and the current range. */
interface ChangedEdge {
  readonly before: UsedEdge;
  readonly after: UsedEdge;
}

/** The differences between the previous and the current range. */
export interface Differences {
  readonly appeared: readonly UsedEdge[];
  readonly vanished: readonly UsedEdge[];
  readonly changed: readonly ChangedEdge[];
}

/** All edges in use within a range, by `edgeKey`. */
export async function readUsed(prometheus: Prometheus, range: TimeRange): Promise<Map<string, UsedEdge>> {
  const reader = await createEdgeReader(prometheus, range);
  const [seen, counts] = await Promise.all([reader.serviceEdges(), reader.counts()]);
  return new Map(
    [...seen].map(([key, edge]) => [key, { ...edge, counts: counts.get(key) ?? noConnections() }]),
  );
}

/** Two entries of one edge, such as one under the name of its source and one under the address of it. */
export function mergeUsed(one: UsedEdge, other: UsedEdge): UsedEdge {
  const failed = { ...one.counts.failed };
  for (const [reason, count] of Object.entries(other.counts.failed))
    failed[reason] = (failed[reason] ?? 0) + count;
  return {
    edge: one.edge,
    lastSeen: Math.max(one.lastSeen, other.lastSeen),
    counts: {
      open: one.counts.open + other.counts.open,
      opened: one.counts.opened + other.counts.opened,
      failed,
    },
  };
}

/**
 * The edges that appeared, that vanished, and that opened or failed at least `factor` times more or fewer connections
 * per second. `ratio` is the length of the current range divided by that of the previous one.
 */
export function compare(
  before: ReadonlyMap<string, UsedEdge>,
  after: ReadonlyMap<string, UsedEdge>,
  { factor, ratio }: { factor: number; ratio: number },
): Differences {
  const differs = (one: number, other: number) => {
    // Scaled to the shorter range: one connection in an hour does not count as 24 in a day. A difference of one
    // connection is never a change.
    const earlier = Math.max(1, one * Math.min(1, ratio));
    const later = Math.max(1, other * Math.min(1, 1 / ratio));
    return earlier / later >= factor || later / earlier >= factor;
  };
  const both = [...after].flatMap(([key, edge]) => {
    const known = before.get(key);
    return known ? [{ before: known, after: edge }] : [];
  });
  return {
    appeared: [...after].filter(([key]) => !before.has(key)).map(([, edge]) => edge),
    vanished: [...before].filter(([key]) => !after.has(key)).map(([, edge]) => edge),
    changed: both.filter(
      ({ before: { counts: one }, after: { counts: other } }) =>
        differs(one.opened, other.opened) || differs(failures(one.failed), failures(other.failed)),
    ),
  };
}
