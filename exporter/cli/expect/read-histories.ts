import { hourlySeries, RECORDED } from '@musubi/contract/recorded-series';
import type { TimeRange } from '../config/range-options.ts';
import {
  foldExplained,
  readExplanations,
  separateUnnamed,
  type UnnamedEdge,
} from '../joined/bare-addresses.ts';
import { edgeKey, type ServiceEdge, serviceEdgeOf } from '../joined/edge.ts';
import { createEdgeReader } from '../joined/read.ts';
import type { Prometheus } from '../prometheus/client.ts';
import type { Sample } from '../prometheus/result.ts';
import type { EdgeHistory } from './learn.ts';

/** Default of `--edge-expiration` in seconds: exporters export an edge this long after its last use. */
const EDGE_EXPIRATION = 300;
const DAY = 86_400;

/** One of the equal parts of the range, about a day each. Unix seconds. */
interface Day extends TimeRange {
  /** Number of evaluations that recorded any dependency. */
  readonly evaluations: number;
  /** Number of evaluations that recorded each edge, and that recorded it with an open connection, by `edgeKey`. */
  readonly recorded: ReadonlyMap<string, number>;
  readonly heldOpen: ReadonlyMap<string, number>;
}

export interface Histories {
  readonly named: readonly EdgeHistory[];
  /** Edges that cannot be learned, because an endpoint may be any service of a host. */
  readonly unnamed: readonly UnnamedEdge[];
  /** Edges that were recorded under an address, and are part of the histories of the services that had it. */
  readonly folded: readonly ServiceEdge[];
}

/**
 * The use of the service edges over a range. The longest gap is an upper bound: for an edge that is always recorded, the
 * expiration time of the exporters, or two evaluations if a connection was always open; for others it is exact to the
 * hour.
 */
export async function readHistories(prometheus: Prometheus, range: TimeRange): Promise<Histories> {
  const reader = await createEdgeReader(prometheus, range);
  const [seen, counts] = [await reader.serviceEdges(), await reader.counts()];
  const uses = new Map<string, Set<number>>();
  const days: Day[] = [];
  const ofDays = Math.max(1, Math.round((range.to - range.from) / DAY));
  const duration = (range.to - range.from) / ofDays;
  for (let day = 1; day <= ofDays; day++) {
    const to = range.from + day * duration;
    const from = to - duration;
    const length = `${Math.round(duration)}s`;
    const hours = await prometheus.querySamples(
      `${hourlySeries(RECORDED.serviceEdgeLastSeen)}[${length}]`,
      to,
    );
    for (const { labels, points } of hours) {
      const key = edgeKey(serviceEdgeOf(labels));
      uses.set(key, new Set([...(uses.get(key) ?? []), ...points.map(([, lastSeen]) => lastSeen)]));
    }
    const recorded = byEdge(
      await prometheus.query(`count_over_time(${RECORDED.serviceEdgeLastSeen}[${length}])`, to),
    );
    const held = `count_over_time(${RECORDED.activeConnections}[${length}]) and min_over_time(${RECORDED.activeConnections}[${length}]) > 0`;
    const heldOpen = byEdge(await prometheus.query(held, to));
    days.push({ from, to, evaluations: Math.max(0, ...recorded.values()), recorded, heldOpen });
  }

  const histories = [...seen].map(([key, { edge, lastSeen }]): EdgeHistory => {
    const times = [...(uses.get(key) ?? []), lastSeen].filter((time) => time >= range.from);
    const ordered = [...new Set(times)].sort((one, other) => one - other);
    return {
      edge,
      days: days.filter(({ from, to }) => ordered.some((time) => time > from && time <= to)).length,
      ofDays,
      connections: counts.get(key)?.opened ?? 0,
      longestGap: longestGap(key, ordered, days),
      unused: range.to - lastSeen,
    };
  });
  const explain = await readExplanations(
    reader,
    histories.map(({ edge }) => edge),
  );
  const { named, unnamed } = separateUnnamed(histories, explain);
  const folded = new Set(named.filter(({ edge }) => explain(edge)).map(({ edge }) => edge));
  return { named: [...foldExplained(named, explain, merge).values()], unnamed, folded: [...folded] };
}

/** Two histories of one edge. The gaps of an edge with more connections are known better. */
function merge(one: EdgeHistory, other: EdgeHistory): EdgeHistory {
  const [more, less] = one.connections >= other.connections ? [one, other] : [other, one];
  return {
    ...more,
    days: Math.max(one.days, other.days),
    connections: one.connections + other.connections,
    longestGap: more.longestGap ?? less.longestGap,
    unused: Math.min(one.unused, other.unused),
  };
}

/** In seconds; undefined for an edge that was used only once. */
function longestGap(key: string, uses: readonly number[], days: readonly Day[]): number | undefined {
  const [first] = uses;
  if (first === undefined || uses.length < 2) return undefined;
  const byHour = Math.max(...uses.slice(1).map((time, at) => time - (uses[at] ?? time)));
  return Math.min(byHour, Math.max(...days.map((day) => gapWithin(day, key, first))));
}

/** The longest possible gap on a day, from the evaluations that did not record the edge; `first` is its first use. */
function gapWithin({ from, to, evaluations, recorded, heldOpen }: Day, key: string, first: number): number {
  if (first >= to) return 0;
  const interval = (to - from) / Math.max(1, evaluations);
  const expected = (to - Math.max(from, first)) / interval;
  const missing = (times: number) => Math.max(0, expected - times) * interval;
  const open = heldOpen.get(key);
  return open === undefined
    ? EDGE_EXPIRATION + missing(recorded.get(key) ?? 0)
    : 2 * interval + missing(open);
}

function byEdge(samples: readonly Sample[]): Map<string, number> {
  return new Map(samples.map(({ labels, value }) => [edgeKey(serviceEdgeOf(labels)), value]));
}
