import type { Graph } from '../model/graph.ts';

/** The part of a graph with these nodes and edges. Ends of the edges are in it even if they are not named. */
export function subgraph(
  graph: Graph,
  { nodes, edges }: { readonly nodes: ReadonlySet<string>; readonly edges: ReadonlySet<string> },
): Graph {
  const kept = graph.edges.filter(({ key }) => edges.has(key));
  const ends = new Set(kept.flatMap(({ source, target }) => [source, target]));
  return { nodes: graph.nodes.filter(({ key }) => nodes.has(key) || ends.has(key)), edges: kept };
}

/** A graph without some of its edges, and without the nodes that have none left. */
export function withoutEdges(graph: Graph, gone: (edge: Graph['edges'][number]) => boolean): Graph {
  const edges = new Set(graph.edges.filter((edge) => !gone(edge)).map(({ key }) => key));
  const linked = new Set(graph.edges.flatMap(({ source, target }) => [source, target]));
  // Whoever had no edge to begin with stays.
  const nodes = new Set(graph.nodes.filter(({ key }) => !linked.has(key)).map(({ key }) => key));
  return subgraph(graph, { nodes, edges });
}
