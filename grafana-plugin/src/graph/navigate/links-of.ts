import type { Graph, GraphEdge } from '../model/graph.ts';

/** The edges of a node: first the outgoing, then the incoming ones; a self-loop occurs once. */
export const edgesOf = ({ edges }: Graph, node: string): GraphEdge[] => [
  ...edges.filter(({ source }) => source === node),
  ...edges.filter(({ source, target }) => target === node && source !== node),
];

/** The neighbours of a node. */
export const linkedWith = (graph: Graph, node: string): Set<string> =>
  new Set(edgesOf(graph, node).map(({ source, target }) => (source === node ? target : source)));
