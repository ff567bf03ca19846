import { type Graph, topologyKey } from '../graph.ts';
import { createFreeSpots } from './free-spots.ts';
import { type Layout, type LayoutSizes, type Point, widened } from './layout-graph.ts';
import type { Layouter } from './layouter.ts';

/** What decides where the nodes of a graph stand, besides where they stood. */
export interface LayoutWish {
  readonly graph: Graph;
  readonly sizes: LayoutSizes;
  /** Corners of the nodes that the user has put somewhere. */
  readonly saved?: ReadonlyMap<string, Point>;
  /** The group of each node that is in one. */
  readonly groups?: ReadonlyMap<string, string>;
}

/** Remembers where nodes stand, so that they stay there. */
export interface LayoutMemory {
  /** The layout of a graph while neither its topology nor the rest of the wish has changed. */
  recall(wish: LayoutWish): Layout | undefined;
  /**
   * Lays out: every known node stays where it was, also after an absence, as long as the sizes are the same.
   * Undefined when a newer wish came before the end.
   */
  layout(wish: LayoutWish): Promise<Layout | undefined>;
  /** From now on places are chosen anew. */
  forget(): void;
}

/** Remembers the layouts that a layouter makes. */
export function createLayoutMemory(layouter: Pick<Layouter, 'layout'>): LayoutMemory {
  let last: { key: string; sizes: string; layout: Layout; places: Layout['corners'] } | undefined;
  return {
    recall: (wish) => (last?.key === wishKey(wish) ? last.layout : undefined),
    async layout(wish) {
      const { graph, sizes, saved, groups } = wish;
      const ofSizes = JSON.stringify(sizes);
      const earlier =
        last?.sizes === ofSizes ? { width: last.layout.width, corners: last.places } : undefined;
      const nodes = graph.nodes.map(({ key }) => key);
      const edges = graph.edges.map(({ source, target }) => ({ source, target }));
      const layout = await layouter.layout({ nodes, edges, sizes, groups, earlier, saved });
      if (layout) {
        const places = rememberPlaces(earlier?.corners, layout, sizes);
        last = { key: wishKey(wish), sizes: ofSizes, layout, places };
      }
      return layout;
    },
    forget() {
      last = undefined;
    },
  };
}

const wishKey = ({ graph, sizes, saved, groups }: LayoutWish): string =>
  JSON.stringify([topologyKey(graph), sizes, [...(saved ?? [])], [...(groups ?? [])]]);

/** As many places of nodes that are gone are kept as there are nodes, and at least this many. */
const LEAST_REMEMBERED = 100;

/** The places of a layout, and those of nodes that have gone while they are still free: the last to go first. */
function rememberPlaces(
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
