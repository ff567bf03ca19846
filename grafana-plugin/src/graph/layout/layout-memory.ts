import type { Point } from '../geometry/rectangle.ts';
import { type Graph, topologyKey } from '../model/graph.ts';
import { type Layout, type LayoutSizes, widened } from '../model/layout.ts';
import { justCollapsed, positionAmong } from './keep/collapsed-groups.ts';
import { createFreeSpots } from './keep/free-spots.ts';
import type { Layouter } from './layouter.ts';

/** What determines the positions of nodes, apart from their earlier positions. */
interface LayoutInput {
  readonly graph: Graph;
  readonly sizes: LayoutSizes;
  /** Corners of the nodes that the user has moved. */
  readonly saved?: ReadonlyMap<string, Point>;
  /** The group of each grouped node. */
  readonly groups?: ReadonlyMap<string, string>;
  /** What nodes and groups represent. With another arrangement nothing keeps its position. */
  readonly arrangement?: string;
}

/** Remembers the positions of nodes, so that they stay. */
export interface LayoutMemory {
  /** The last layout, if neither the topology of the graph nor the rest of the input has changed. */
  recall(input: LayoutInput): Layout | undefined;
  /**
   * Lays out a graph: known nodes keep their positions, also after an absence, as long as the sizes and the arrangement
   * are the same: otherwise the drawing would depend on those chosen before. A collapsed group is placed where its members were. Undefined if a newer request came first.
   */
  layout(input: LayoutInput): Promise<Layout | undefined>;
  /** Discards all positions. */
  reset(): void;
}

/** Creates a memory of the layouts of a layouter. */
export function createLayoutMemory(layouter: Pick<Layouter, 'layout'>): LayoutMemory {
  let last: { key: string; frame: string; layout: Layout; positions: Layout['corners'] } | undefined;
  // The same input is looked up at each rendering.
  const keys = new WeakMap<LayoutInput, string>();
  const keyOf = (input: LayoutInput): string => {
    const key = keys.get(input) ?? inputKey(input);
    keys.set(input, key);
    return key;
  };
  return {
    recall: (input) => (last && last.key === keyOf(input) ? last.layout : undefined),
    async layout(input) {
      const { graph, sizes, saved, groups, arrangement } = input;
      const frame = JSON.stringify([sizes, arrangement]);
      const corners = last?.frame === frame ? positionsFor(input, last) : undefined;
      const earlier = last && corners && { width: last.layout.width, corners };
      const nodes = graph.nodes.map(({ key }) => key);
      const edges = graph.edges.map(({ source, target }) => ({ source, target }));
      const layout = await layouter.layout({ nodes, edges, sizes, groups, earlier, saved });
      if (layout) {
        const positions = rememberPositions(corners, layout, input);
        last = { key: keyOf(input), frame, layout, positions };
      }
      return layout;
    },
    reset() {
      last = undefined;
    },
  };
}

const inputKey = ({ graph, sizes, saved, groups, arrangement }: LayoutInput): string =>
  `${JSON.stringify([sizes, arrangement, [...(saved ?? [])], [...(groups ?? [])]])}\n${topologyKey(graph)}`;

/** The known positions; undefined if several groups are collapsed or expanded at once: all nodes are then arranged again. */
function positionsFor(
  { graph, groups }: LayoutInput,
  { layout, positions }: { readonly layout: Layout; readonly positions: Layout['corners'] },
): Layout['corners'] | undefined {
  const collapsed = justCollapsed(graph.nodes, positions);
  const expanded = [...new Set(groups?.values())].filter((group) => layout.corners.has(group));
  if (collapsed.length + expanded.length > 1) return undefined;
  return new Map([
    ...positions,
    ...collapsed.flatMap(({ key, members }) => {
      const position = positionAmong(members, positions);
      return position ? [[key, position] as const] : [];
    }),
  ]);
}

/** Positions of at most as many removed nodes as there are nodes are kept, or of this many if there are fewer. */
const LEAST_REMEMBERED = 100;

/**
 * The positions of a layout, and the free positions of removed nodes, most recent first. An expanded group has none,
 * and a collapsed group does not occupy those of its members.
 */
function rememberPositions(
  earlier: Layout['corners'] | undefined,
  layout: Layout,
  { graph, groups, sizes }: LayoutInput,
): Layout['corners'] {
  const spots = createFreeSpots(widened(sizes, layout.width));
  for (const [key, corner] of layout.corners) spots.take(corner, key);
  const expandedGroups = new Set(groups?.values());
  const nodeOf = new Map(
    graph.nodes.flatMap(({ key, members, collapsed }) =>
      collapsed ? members.map((member) => [member, key] as const) : [],
    ),
  );
  const removed = [...(earlier ?? [])].filter(
    ([key, corner]) =>
      !layout.corners.has(key) && !expandedGroups.has(key) && spots.isFree(corner, nodeOf.get(key)),
  );
  return new Map([...layout.corners, ...removed.slice(0, Math.max(LEAST_REMEMBERED, layout.corners.size))]);
}
