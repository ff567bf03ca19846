import type { Point } from '../geometry/rectangle.ts';
import { type Graph, topologyKey } from '../model/graph.ts';
import { type Layout, type LayoutSizes, widened } from '../model/layout.ts';
import { justCollapsed, positionAmong } from './keep/collapsed-groups.ts';
import { createFreeSpots } from './keep/free-spots.ts';
import type { Layouter } from './layouter.ts';

/** What decides where the nodes of a graph stand, besides where they stood. */
export interface LayoutInput {
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
  recall(wish: LayoutInput): Layout | undefined;
  /**
   * Lays out: every known node stays where it was, also after an absence, as long as the sizes are the same. A group
   * that is collapsed stands where its members stood. Undefined when a newer wish came before the end.
   */
  layout(wish: LayoutInput): Promise<Layout | undefined>;
  /** From now on places are chosen anew. */
  forget(): void;
}

/** Remembers the layouts that a layouter makes. */
export function createLayoutMemory(layouter: Pick<Layouter, 'layout'>): LayoutMemory {
  let last: { key: string; sizes: string; layout: Layout; places: Layout['corners'] } | undefined;
  // The same wish is recalled each time something is rendered.
  const keys = new WeakMap<LayoutInput, string>();
  const keyOf = (wish: LayoutInput): string => {
    const key = keys.get(wish) ?? wishKey(wish);
    keys.set(wish, key);
    return key;
  };
  return {
    recall: (wish) => (last && last.key === keyOf(wish) ? last.layout : undefined),
    async layout(wish) {
      const { graph, sizes, saved, groups } = wish;
      const ofSizes = JSON.stringify(sizes);
      const corners = last?.sizes === ofSizes ? placesFor(wish, last) : undefined;
      const earlier = last && corners && { width: last.layout.width, corners };
      const nodes = graph.nodes.map(({ key }) => key);
      const edges = graph.edges.map(({ source, target }) => ({ source, target }));
      const layout = await layouter.layout({ nodes, edges, sizes, groups, earlier, saved });
      if (layout) {
        const places = rememberPlaces(corners, layout, wish);
        last = { key: keyOf(wish), sizes: ofSizes, layout, places };
      }
      return layout;
    },
    forget() {
      last = undefined;
    },
  };
}

const wishKey = ({ graph, sizes, saved, groups }: LayoutInput): string =>
  `${JSON.stringify([sizes, [...(saved ?? [])], [...(groups ?? [])]])}\n${topologyKey(graph)}`;

/** What is known of places; undefined where several groups are collapsed or opened at once: then all is new. */
function placesFor(
  { graph, groups }: LayoutInput,
  { layout, places }: { readonly layout: Layout; readonly places: Layout['corners'] },
): Layout['corners'] | undefined {
  const collapsed = justCollapsed(graph.nodes, places);
  const opened = [...new Set(groups?.values())].filter((group) => layout.corners.has(group));
  if (collapsed.length + opened.length > 1) return undefined;
  return new Map([
    ...places,
    ...collapsed.flatMap(({ key, members }) => {
      const place = positionAmong(members, places);
      return place ? [[key, place] as const] : [];
    }),
  ]);
}

/** As many places of nodes that are gone are kept as there are nodes, and at least this many. */
const LEAST_REMEMBERED = 100;

/**
 * The places of a layout, and those of nodes that have gone while they are still free: the last to go first. A group
 * that is open has none, and one that is collapsed takes none from its members.
 */
function rememberPlaces(
  earlier: Layout['corners'] | undefined,
  layout: Layout,
  { graph, groups, sizes }: LayoutInput,
): Layout['corners'] {
  const spots = createFreeSpots(widened(sizes, layout.width));
  for (const [key, corner] of layout.corners) spots.take(corner, key);
  const open = new Set(groups?.values());
  const nodeOf = new Map(
    graph.nodes.flatMap(({ key, members, collapsed }) =>
      collapsed ? members.map((member) => [member, key] as const) : [],
    ),
  );
  const gone = [...(earlier ?? [])].filter(
    ([key, corner]) => !layout.corners.has(key) && !open.has(key) && spots.isFree(corner, nodeOf.get(key)),
  );
  return new Map([...layout.corners, ...gone.slice(0, Math.max(LEAST_REMEMBERED, layout.corners.size))]);
}
