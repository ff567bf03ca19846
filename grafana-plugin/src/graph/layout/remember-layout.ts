import { type Graph, topologyKey } from '../graph.ts';
import { createFreeSpots } from './free-spots.ts';
import { type Layout, type LayoutSizes, layoutGraph, widened } from './layout-graph.ts';

/**
 * Gives the layout of a graph: the very same one again while neither its topology nor the sizes change, and while
 * the sizes do not change one in which every known node stays where it was, also after an absence.
 */
export function createLayoutMemory(): (graph: Graph, sizes: LayoutSizes) => Layout {
  let last: { key: string; sizes: string; layout: Layout; places: Layout['corners'] } | undefined;
  return (graph, sizes) => {
    const [key, ofSizes] = [topologyKey(graph), JSON.stringify(sizes)];
    if (last?.sizes !== ofSizes) last = undefined;
    if (last?.key !== key) {
      const nodes = graph.nodes.map((node) => node.key);
      const earlier = last && { width: last.layout.width, corners: last.places };
      const layout = layoutGraph({ nodes, edges: graph.edges, sizes, earlier });
      last = { key, sizes: ofSizes, layout, places: rememberPlaces(earlier?.corners, layout, sizes) };
    }
    return last.layout;
  };
}

/** As many places of nodes that are gone are kept as there are nodes, and at least this many. */
const LEAST_REMEMBERED = 100;

/** The places of a layout, and those of nodes that have gone while they are still free: the last to go first. */
export function rememberPlaces(
  earlier: Layout['corners'] | undefined,
  layout: Layout,
  sizes: LayoutSizes,
): Layout['corners'] {
  const spots = createFreeSpots(widened(sizes, layout.width));
  for (const corner of layout.corners.values()) spots.take(corner);
  const gone = [...(earlier ?? [])].filter(
    ([key, corner]) => !layout.corners.has(key) && spots.isFree(corner),
  );
  return new Map([...layout.corners, ...gone.slice(0, Math.max(LEAST_REMEMBERED, layout.corners.size))]);
}
