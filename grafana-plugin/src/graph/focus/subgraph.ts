import type { Graph } from '../model/graph.ts';

/** The part of a graph with these nodes and edges, and the nodes of these edges. */
export function subgraph(
  graph: Graph,
  { nodes, edges }: { readonly nodes: ReadonlySet<string>; readonly edges: ReadonlySet<string> },
): Graph {
  const kept = graph.edges.filter(({ key }) => edges.has(key));
  const nodesOfEdges = new Set(kept.flatMap(({ source, target }) => [source, target]));
  return { nodes: graph.nodes.filter(({ key }) => nodes.has(key) || nodesOfEdges.has(key)), edges: kept };
}

/** Removes edges from a graph, and the nodes that have none left. */
export function withoutEdges(graph: Graph, isRemoved: (edge: Graph['edges'][number]) => boolean): Graph {
  const edges = new Set(graph.edges.filter((edge) => !isRemoved(edge)).map(({ key }) => key));
  const linked = new Set(graph.edges.flatMap(({ source, target }) => [source, target]));
  // Nodes without any edges stay.
  const nodes = new Set(graph.nodes.filter(({ key }) => !linked.has(key)).map(({ key }) => key));
  return subgraph(graph, { nodes, edges });
}
