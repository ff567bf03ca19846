import type { Graph } from './graph.ts';
import type { Reading } from './read-tables.ts';

/** Why there is nothing to draw, and what to do about it. */
export interface StateMessage {
  readonly state: 'empty' | 'wrong-data';
  readonly title: string;
  readonly advice: string;
}

/** A half-edge needs one label of each group; the first of a group is the one to name. Joined edges have no direction. */
const REQUIRED = [
  ['direction'],
  ['src_service', 'src_address', 'src_kind'],
  ['dst_service', 'dst_address', 'dst_kind'],
  ['dst_port'],
] as const;

const LABELS_ADVICE =
  "Set each query's type to Instant and its format to Table, and keep the labels of service_dependency_* metrics in the query (no `sum by` without them).";

/** Tells why a graph cannot be drawn, naming the missing query or label; undefined when it can. */
export function describeState(queries: number, reading: Reading, graph: Graph): StateMessage | undefined {
  if (queries === 0) {
    return {
      state: 'wrong-data',
      title: 'This panel has no query',
      advice:
        'Add the query `lastSeen`: service_dependency_last_seen_seconds, type Instant, format Table. The dashboard "Service dependencies" has all of them.',
    };
  }
  // Unix sockets have no port.
  const portless = reading.halves.length > 0 && reading.halves.every(({ transport }) => transport === 'unix');
  const required = REQUIRED.filter(
    ([label]) => !(portless && label === 'dst_port') && !(reading.joined.length > 0 && label === 'direction'),
  );
  const missing = required.find((group) => !group.some((label) => reading.columns.has(label)));
  if (missing && reading.rows > reading.listeners.length) {
    return { state: 'wrong-data', title: `No table has a \`${missing[0]}\` label`, advice: LABELS_ADVICE };
  }
  if (graph.edges.length > 0) return undefined;
  return {
    state: 'empty',
    title: 'No dependency was seen in this range',
    advice:
      reading.listeners.length > 0
        ? 'Exporters report who listens, but no connection was in use. Choose a longer range.'
        : 'Choose a longer range, or check that the exporters run and that Prometheus has service_dependency_last_seen_seconds.',
  };
}
