import { type Graph, topologyKey } from '../graph.ts';
import { type Layout, type LayoutSizes, layoutGraph } from './layout-graph.ts';

/** Gives the layout of a graph, and the very same one again while neither its topology nor the sizes change. */
export function createLayoutMemory(): (graph: Graph, sizes: LayoutSizes) => Layout {
  let last: { key: string; layout: Layout } | undefined;
  return (graph, sizes) => {
    const key = JSON.stringify([topologyKey(graph), sizes]);
    if (last?.key !== key) {
      const nodes = graph.nodes.map((node) => node.key);
      last = { key, layout: layoutGraph(nodes, graph.edges, sizes) };
    }
    return last.layout;
  };
}
