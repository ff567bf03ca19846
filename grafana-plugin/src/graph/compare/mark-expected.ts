import type { Graph, GraphEdge } from '../graph.ts';
import type { Table } from '../table.ts';
import { withState } from './compare-graphs.ts';
import {
  type Ghost,
  indexEdges,
  rowsOf,
  type ServiceEdge,
  serviceEdgeOf,
  withEdges,
} from './service-edge.ts';

/** The dependencies that people expect or allow. */
export interface Expectations {
  readonly expected: readonly ServiceEdge[];
  readonly allowed: readonly ServiceEdge[];
  /** Rows that name no edge: a label of an end is missing. */
  readonly unread: number;
}

/** Reads `musubi:expected_edge:max_gap_seconds` and `musubi:allowed_edge:last_seen_seconds`. */
export function readExpectations(expected: readonly Table[], allowed: readonly Table[]): Expectations {
  const read = (tables: readonly Table[]) => [...rowsOf(tables)].map(({ cell }) => serviceEdgeOf(cell));
  const [all, others] = [read(expected), read(allowed)];
  const named = (edges: readonly (ServiceEdge | undefined)[]) => edges.filter((edge) => edge !== undefined);
  return {
    expected: named(all),
    allowed: named(others),
    unread: [...all, ...others].filter((edge) => edge === undefined).length,
  };
}

/** Marks what is expected and not seen, and what is seen and not expected. Without expectations nothing is marked. */
export function markExpected(graph: Graph, { expected, allowed }: Expectations): Graph {
  if (expected.length === 0) return graph;
  const index = indexEdges(graph);
  const isGone = ({ states }: GraphEdge) => states.includes('vanished');
  const known = new Set<string>();
  const changed = new Map<string, GraphEdge>();
  const ghosts: Ghost[] = [];
  for (const wanted of expected) {
    const found = index.find(wanted);
    for (const { key } of found) known.add(key);
    if (found.length === 0) ghosts.push(index.ghost(wanted));
    else if (found.every(isGone)) {
      for (const edge of found) changed.set(edge.key, withState(edge, 'missing'));
    }
  }
  for (const { key } of allowed.flatMap((edge) => index.find(edge))) known.add(key);
  for (const edge of graph.edges) {
    if (!known.has(edge.key) && !isGone(edge)) changed.set(edge.key, withState(edge, 'unexpected'));
  }
  return withEdges(graph, changed, ghosts);
}
