import type { TimeRange } from '../config/range-options.ts';
import type { ServiceEdge } from '../joined/edge.ts';
import { type Counts, createEdgeReader, noConnections } from '../joined/read.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { failures } from './edge-text.ts';

/** A dependency in one range. */
export interface UsedEdge {
  readonly edge: ServiceEdge;
  readonly lastSeen: number;
  readonly counts: Counts;
}

/** One that was in use in both ranges, more or less than before. */
export interface ChangedEdge {
  readonly before: UsedEdge;
  readonly after: UsedEdge;
}

/** What differs between a range and an earlier one. */
export interface Differences {
  readonly appeared: readonly UsedEdge[];
  readonly vanished: readonly UsedEdge[];
  readonly changed: readonly ChangedEdge[];
}

/** All that was in use within a range, by `edgeKey`. */
export async function readUsed(prometheus: Prometheus, range: TimeRange): Promise<Map<string, UsedEdge>> {
  const reader = await createEdgeReader(prometheus, range);
  const [seen, counts] = await Promise.all([reader.serviceEdges(), reader.counts()]);
  return new Map(
    [...seen].map(([key, edge]) => [key, { ...edge, counts: counts.get(key) ?? noConnections() }]),
  );
}

/**
 * What appeared, what vanished, and what opened or failed `factor` times as many connections per second, or so many
 * times fewer. `ratio` is how much longer the range is than the earlier one.
 */
export function compare(
  before: ReadonlyMap<string, UsedEdge>,
  after: ReadonlyMap<string, UsedEdge>,
  { factor, ratio }: { factor: number; ratio: number },
): Differences {
  const differs = (one: number, other: number) => {
    // As many as in a range as short as the shorter one: a single connection in an hour does not make 24 in a day.
    // One more or less is no change, whatever it is a multiple of.
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
        differs(one.opened, other.opened) || differs(failures(one), failures(other)),
    ),
  };
}
