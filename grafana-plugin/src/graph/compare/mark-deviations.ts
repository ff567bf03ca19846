import type { EdgeState, Graph, GraphEdge } from '../model/graph.ts';
import type { Table } from '../tables/table.ts';
import { withState } from './compare-graphs.ts';
import {
  indexEdges,
  type PlaceholderEdge,
  rowsOf,
  type ServiceEdge,
  serviceEdgeOf,
  withEdges,
} from './service-edge.ts';

/** Dependencies that deviate from the expected ones, according to the alert rules. */
export interface Deviations {
  readonly missing: readonly ServiceEdge[];
  readonly unexpected: readonly ServiceEdge[];
  /** Rows that name no edge: a label of an endpoint is missing. */
  readonly unread: number;
}

/** Reads `musubi:vanished_edge:last_seen_seconds` and `musubi:unexpected_edge:last_seen_seconds`. */
export function readDeviations(missing: readonly Table[], unexpected: readonly Table[]): Deviations {
  const read = (tables: readonly Table[]) => [...rowsOf(tables)].map(({ cell }) => serviceEdgeOf(cell));
  const [missingEdges, unexpectedEdges] = [read(missing), read(unexpected)];
  const named = (edges: readonly (ServiceEdge | undefined)[]) => edges.filter((edge) => edge !== undefined);
  return {
    missing: named(missingEdges),
    unexpected: named(unexpectedEdges),
    unread: [...missingEdges, ...unexpectedEdges].filter((edge) => edge === undefined).length,
  };
}

/** Marks missing edges, which are added if they were not observed, and unexpected edges. */
export function markDeviations(graph: Graph, { missing, unexpected }: Deviations): Graph {
  if (missing.length === 0 && unexpected.length === 0) return graph;
  const index = indexEdges(graph);
  const changed = new Map<string, GraphEdge>();
  const placeholders: PlaceholderEdge[] = [];
  const mark = (edges: readonly GraphEdge[], state: EdgeState) => {
    for (const edge of edges) changed.set(edge.key, withState(changed.get(edge.key) ?? edge, state));
  };
  for (const wanted of missing) {
    const found = index.find(wanted);
    mark(found, 'missing');
    if (found.length === 0) placeholders.push(index.placeholder(wanted, ['missing']));
  }
  for (const edge of unexpected) mark(index.find(edge), 'unexpected');
  return withEdges(graph, changed, placeholders);
}
