import { hourlySeries, RECORDED } from '@musubi/contract/recorded-series';
import type { TimeRange } from '../config/range-options.ts';
import type { Prometheus } from '../prometheus/client.ts';
import type { Labels, Sample } from '../prometheus/result.ts';
import { type Matchers, selector } from '../prometheus/selector.ts';
import { edgeKey, type ProcessPair, processPairOf, type ServiceEdge, serviceEdgeOf } from './edge.ts';
import { type Piece, piecesOf, piecesOfLastUse, RECORDING_DELAY, windowOf } from './pieces.ts';
import { SETTLE } from './settled.ts';

export interface SeenEdge {
  readonly edge: ServiceEdge;
  /** Unix seconds. */
  readonly lastSeen: number;
  /** Its processes, most recently used first, if they were read. */
  readonly pairs?: readonly ProcessPair[];
}

/** Connections within the range, each counted once. */
export interface Counts {
  /** At the end of the range. */
  open: number;
  opened: number;
  /** By `error_type`. */
  failed: Record<string, number>;
}

/** Reads the recorded dependencies of one range. The maps' keys are `edgeKey`s. */
export interface EdgeReader {
  readonly range: TimeRange;
  /** Reads a part of the range. */
  within(part: TimeRange): EdgeReader;
  /** The edges in use within the range. */
  serviceEdges(matchers?: Matchers): Promise<Map<string, SeenEdge>>;
  /** An edge without an entry had no connections. */
  counts(matchers?: Matchers): Promise<Map<string, Counts>>;
  /** Like `serviceEdges`, with the matching processes; `lastSeen` is theirs. */
  processes(matchers: Matchers): Promise<Map<string, SeenEdge>>;
}

/** Reads which hours are recorded; each method then makes one query for each piece of the range. */
export async function createEdgeReader(prometheus: Prometheus, range: TimeRange): Promise<EdgeReader> {
  return edgeReader(prometheus, range, await readHours(prometheus, recordedAt(range)));
}

/** The range of evaluation times that record a range. */
function recordedAt({ from, to }: TimeRange): TimeRange {
  return { from: from + SETTLE, to: to + SETTLE };
}

function edgeReader(prometheus: Prometheus, range: TimeRange, hours: readonly number[]): EdgeReader {
  const pieces = {
    max_over_time: piecesOfLastUse(recordedAt(range), hours),
    sum_over_time: piecesOf(recordedAt(range), hours),
  };

  /** Calls `each` with the result of the function over each piece of the series. */
  async function read(
    aggregate: keyof typeof pieces,
    metric: string,
    matchers: Matchers,
    each: (sample: Sample) => void,
  ): Promise<void> {
    const query = (piece: Piece) => {
      const { range, time } = windowOf(piece);
      const series = selector(piece.hourly ? hourlySeries(metric) : metric, matchers);
      return prometheus.query(`${aggregate}(${series}${range})`, time);
    };
    for (const samples of await Promise.all(pieces[aggregate].map(query))) samples.forEach(each);
  }

  return {
    range,
    within: (part) => edgeReader(prometheus, part, hours),
    async serviceEdges(matchers = {}) {
      const seen = new Map<string, SeenEdge>();
      await read('max_over_time', RECORDED.serviceEdgeLastSeen, matchers, ({ labels, value: lastSeen }) => {
        const edge = serviceEdgeOf(labels);
        const key = edgeKey(edge);
        if (lastSeen >= range.from && lastSeen > (seen.get(key)?.lastSeen ?? 0))
          seen.set(key, { edge, lastSeen });
      });
      return seen;
    },
    async counts(matchers = {}) {
      const counts = new Map<string, Counts>();
      const entry = (labels: Labels) => {
        const key = edgeKey(serviceEdgeOf(labels));
        const known = counts.get(key) ?? noConnections();
        counts.set(key, known);
        return known;
      };
      const { to } = recordedAt(range);
      await Promise.all([
        prometheus.query(selector(RECORDED.activeConnections, matchers), to).then((open) => {
          for (const { labels, value } of open) entry(labels).open = value;
        }),
        read('sum_over_time', RECORDED.connectionsOpened, matchers, ({ labels, value }) => {
          entry(labels).opened += value;
        }),
        read('sum_over_time', RECORDED.connectionsFailed, matchers, ({ labels, value }) => {
          const { failed } = entry(labels);
          const reason = labels.error_type ?? 'other';
          failed[reason] = (failed[reason] ?? 0) + value;
        }),
      ]);
      return counts;
    },
    async processes(matchers) {
      const latest = new Map<string, Sample>();
      await read('max_over_time', RECORDED.edgeLastSeen, matchers, (sample) => {
        if (sample.value < range.from) return;
        const key = JSON.stringify(
          Object.entries(sample.labels).sort(([one], [other]) => (one < other ? -1 : 1)),
        );
        if (sample.value > (latest.get(key)?.value ?? 0)) latest.set(key, sample);
      });
      const found = new Map<string, SeenEdge & { pairs: ProcessPair[] }>();
      for (const { labels, value: lastSeen } of [...latest.values()].sort(
        (one, other) => other.value - one.value,
      )) {
        const edge = serviceEdgeOf(labels);
        const key = edgeKey(edge);
        const entry = found.get(key) ?? { edge, lastSeen, pairs: [] };
        found.set(key, entry);
        entry.pairs.push(processPairOf(labels, lastSeen));
      }
      return found;
    },
  };
}

/** Counts of an edge that was in use, but had no counted connection. */
export function noConnections(): Counts {
  return { open: 0, opened: 0, failed: {} };
}

/** The times, in ms, at which the hours that end within the range were recorded. */
async function readHours(prometheus: Prometheus, { from, to }: TimeRange): Promise<number[]> {
  const length = Math.round((to - from) * 1000) + RECORDING_DELAY;
  const series = await prometheus.querySamples(
    `${RECORDED.hourlyTimestamp}[${length}ms]`,
    to + RECORDING_DELAY / 1000,
  );
  return series.flatMap(({ points }) => points.map(([time]) => Math.round(time * 1000)));
}
