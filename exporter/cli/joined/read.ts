import { hourlySeries } from '@musubi/contract/recorded-series';
import type { TimeRange } from '../config/range-options.ts';
import type { Prometheus } from '../prometheus/client.ts';
import type { Labels, Sample } from '../prometheus/result.ts';
import { type Matchers, selector } from '../prometheus/selector.ts';
import { edgeKey, type ProcessPair, processPairOf, type ServiceEdge, serviceEdgeOf } from './edge.ts';
import { LATE, type Piece, piecesOf, piecesOfLastUse, windowOf } from './pieces.ts';

/** What recording rules write (provisioning/prometheus/rules/musubi-edges.yaml). */
export const SERVICE_EDGES = 'musubi:service_edge:last_seen_seconds';
export const PROCESS_EDGES = 'musubi:edge:last_seen_seconds';
const OPENED = 'musubi:service_edge:connections_opened:increase';
const FAILED = 'musubi:service_edge:connections_failed:increase';
const OPEN = 'musubi:service_edge:active_connections';
export const HOURS = 'musubi:hourly:evaluation_timestamp_seconds';

/** The rules look at what was a minute before, so that both ends have told theirs. */
const SETTLE = 60;

export interface SeenEdge {
  readonly edge: ServiceEdge;
  /** Unix seconds. */
  readonly lastSeen: number;
  /** Its processes, last seen first, where they were read. */
  readonly pairs?: readonly ProcessPair[];
}

/** Connections within the range. Where both ends count, those of the end that counted more. */
export interface Counts {
  /** At the end of the range. */
  open: number;
  opened: number;
  /** By `error_type`. */
  failed: Record<string, number>;
}

/** Reads the joined dependencies of one range. Edges are by their `edgeKey`. */
export interface EdgeReader {
  readonly range: TimeRange;
  /** Reads a part of the range. */
  within(part: TimeRange): EdgeReader;
  /** Those that were in use within the range. */
  serviceEdges(matchers?: Matchers): Promise<Map<string, SeenEdge>>;
  /** Those without an entry had none. */
  counts(matchers?: Matchers): Promise<Map<string, Counts>>;
  /** As `serviceEdges`, with the processes that match; last seen is what those were. */
  processes(matchers: Matchers): Promise<Map<string, SeenEdge>>;
}

/** Asks which hours are recorded; each method then takes a query for each piece of the range. */
export async function createEdgeReader(prometheus: Prometheus, range: TimeRange): Promise<EdgeReader> {
  return edgeReader(prometheus, range, await readHours(prometheus, toldAt(range)));
}

/** When the rules tell of what was in a range. */
function toldAt({ from, to }: TimeRange): TimeRange {
  return { from: from + SETTLE, to: to + SETTLE };
}

function edgeReader(prometheus: Prometheus, range: TimeRange, hours: readonly number[]): EdgeReader {
  const pieces = {
    max_over_time: piecesOfLastUse(toldAt(range), hours),
    sum_over_time: piecesOf(toldAt(range), hours),
  };

  /** Calls `each` with what a function gives for the series over each piece. */
  async function read(
    how: keyof typeof pieces,
    metric: string,
    matchers: Matchers,
    each: (sample: Sample) => void,
  ): Promise<void> {
    const ask = (piece: Piece) => {
      const { range, time } = windowOf(piece);
      const series = selector(piece.hourly ? hourlySeries(metric) : metric, matchers);
      return prometheus.query(`${how}(${series}${range})`, time);
    };
    for (const samples of await Promise.all(pieces[how].map(ask))) samples.forEach(each);
  }

  /** Sums over the pieces, by labels. */
  async function sums(metric: string, matchers: Matchers): Promise<{ labels: Labels; value: number }[]> {
    const total = new Map<string, { labels: Labels; value: number }>();
    await read('sum_over_time', metric, matchers, ({ labels, value }) => {
      const key = `${edgeKey(serviceEdgeOf(labels))}${labels.observer} ${labels.error_type}`;
      const sum = total.get(key);
      if (sum) sum.value += value;
      else total.set(key, { labels, value });
    });
    return [...total.values()];
  }

  return {
    range,
    within: (part) => edgeReader(prometheus, part, hours),
    async serviceEdges(matchers = {}) {
      const seen = new Map<string, SeenEdge>();
      await read('max_over_time', SERVICE_EDGES, matchers, ({ labels, value: lastSeen }) => {
        const edge = serviceEdgeOf(labels);
        const key = edgeKey(edge);
        if (lastSeen >= range.from && lastSeen > (seen.get(key)?.lastSeen ?? 0))
          seen.set(key, { edge, lastSeen });
      });
      return seen;
    },
    async counts(matchers = {}) {
      const [open, opened, failed] = await Promise.all([
        prometheus.query(selector(OPEN, matchers), toldAt(range).to),
        sums(OPENED, matchers),
        sums(FAILED, matchers),
      ]);
      const counts = new Map<string, Counts>();
      const entry = (labels: Labels) => {
        const key = edgeKey(serviceEdgeOf(labels));
        const known = counts.get(key) ?? noConnections();
        counts.set(key, known);
        return known;
      };
      for (const { labels, value } of open) entry(labels).open = value;
      for (const { labels, value } of opened) {
        const known = entry(labels);
        known.opened = Math.max(known.opened, value);
      }
      for (const { labels, value } of failed) {
        const { failed } = entry(labels);
        const reason = labels.error_type ?? 'other';
        failed[reason] = Math.max(failed[reason] ?? 0, value);
      }
      return counts;
    },
    async processes(matchers) {
      const latest = new Map<string, Sample>();
      await read('max_over_time', PROCESS_EDGES, matchers, (sample) => {
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

/** Of an edge that was in use, and of which nothing was counted. */
export function noConnections(): Counts {
  return { open: 0, opened: 0, failed: {} };
}

/** When the hours that end within the range were recorded, in milliseconds. */
async function readHours(prometheus: Prometheus, { from, to }: TimeRange): Promise<number[]> {
  const length = Math.round((to - from) * 1000) + LATE;
  const series = await prometheus.querySamples(`${HOURS}[${length}ms]`, to + LATE / 1000);
  return series.flatMap(({ points }) => points.map(([time]) => Math.round(time * 1000)));
}
