import type { Graph, GraphEdge, GraphNode } from './graph.ts';

/** An edge with its two nodes. */
export interface EdgeRow {
  readonly edge: GraphEdge;
  readonly source: GraphNode;
  readonly target: GraphNode;
}

/** The edges of a graph with their nodes. */
export function edgeRows(graph: Graph): EdgeRow[] {
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]));
  return graph.edges.flatMap((edge) => {
    const [source, target] = [nodes.get(edge.source), nodes.get(edge.target)];
    return source && target ? [{ edge, source, target }] : [];
  });
}
