import type { EdgeState, Graph, GraphEdge } from '../model/graph.ts';
import { changesOf, type RangeLengths } from './changes.ts';
import { withEdges } from './service-edge.ts';

/**
 * Marks what is new, changed or vanished against the graph of another range, and keeps the figures of then. What has
 * vanished is in the result, with no figures of now.
 */
export function compareGraphs(now: Graph, before: Graph, ranges: RangeLengths): Graph {
  const then = new Map(before.edges.map((edge) => [edge.key, edge]));
  const present = new Set(now.edges.map(({ key }) => key));
  const marked = now.edges.map((edge): GraphEdge => {
    const old = then.get(edge.key);
    if (!old) return withState(edge, 'new');
    const known = { ...edge, previous: old.figures };
    return changesOf(edge.figures, old.figures, ranges).length > 0 ? withState(known, 'changed') : known;
  });
  const oldNodes = new Map(before.nodes.map((node) => [node.key, node]));
  const vanished = before.edges
    .filter(({ key }) => !present.has(key))
    .map((edge) => ({
      nodes: [edge.source, edge.target].flatMap((key) => oldNodes.get(key) ?? []),
      edge: {
        ...edge,
        figures: {},
        atSource: undefined,
        atDestination: undefined,
        previous: edge.figures,
        states: ['vanished'] as const,
      },
    }));
  return withEdges(now, new Map(marked.map((edge) => [edge.key, edge])), vanished);
}

/** An edge with one more state. */
export const withState = (edge: GraphEdge, state: EdgeState): GraphEdge =>
  edge.states.includes(state) ? edge : { ...edge, states: [...edge.states, state] };
