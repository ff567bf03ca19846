import type { EdgeState, Graph, GraphEdge } from '../model/graph.ts';
import { changesOf, type RangeLengths } from './changes.ts';
import { withEdges } from './service-edge.ts';

/**
 * Marks the edges that are new, changed or vanished compared with the graph of the previous range, and adds their
 * previous figures. The result includes vanished edges, without current figures.
 */
export function compareGraphs(current: Graph, previous: Graph, ranges: RangeLengths): Graph {
  const previousEdges = new Map(previous.edges.map((edge) => [edge.key, edge]));
  const present = new Set(current.edges.map(({ key }) => key));
  const marked = current.edges.map((edge): GraphEdge => {
    const old = previousEdges.get(edge.key);
    if (!old) return withState(edge, 'new');
    const known = { ...edge, previous: old.figures };
    return changesOf(edge.figures, old.figures, ranges).length > 0 ? withState(known, 'changed') : known;
  });
  const oldNodes = new Map(previous.nodes.map((node) => [node.key, node]));
  const vanished = previous.edges
    .filter(({ key }) => !present.has(key))
    .map(({ recorded: _, ...edge }) => ({
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
  return withEdges(current, new Map(marked.map((edge) => [edge.key, edge])), vanished);
}

/** An edge with one more state. */
export const withState = (edge: GraphEdge, state: EdgeState): GraphEdge =>
  edge.states.includes(state) ? edge : { ...edge, states: [...edge.states, state] };
