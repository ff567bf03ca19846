import type { Graph, GraphEdge } from '../model/graph.ts';

/** The edges of a node: first those on which it asks, then those on which it is asked; one to itself once. */
export const edgesOf = ({ edges }: Graph, node: string): GraphEdge[] => [
  ...edges.filter(({ source }) => source === node),
  ...edges.filter(({ source, target }) => target === node && source !== node),
];

/** The nodes at the other ends of a node's edges. */
export const linkedWith = (graph: Graph, node: string): Set<string> =>
  new Set(edgesOf(graph, node).map(({ source, target }) => (source === node ? target : source)));
