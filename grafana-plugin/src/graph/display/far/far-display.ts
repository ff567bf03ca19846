import type { Rectangle } from '../../geometry/rectangle.ts';
import { boundingBox, type Point } from '../../geometry/rectangle.ts';
import { groupBoxes } from '../../layout/groups/group-boxes.ts';
import { STATES_BY_WEIGHT } from '../../model/edge-states.ts';
import type { EdgeState, Graph, GraphEdge } from '../../model/graph.ts';
import { type Layout, pairKey } from '../../model/layout.ts';
import type { GroupFrames } from '../near/build-display.ts';
import type { Frame } from '../near/display-list.ts';

/** Lines of the same style. */
export interface LineGroup {
  /** The state that sets the style; undefined for edges without states. */
  readonly state: EdgeState | undefined;
  /** The edge of each line, by its index in the graph. */
  readonly edges: Uint32Array;
  /** Start and end of each line: x, y, x, y. */
  readonly points: Float32Array;
}

/** All edges between two groups, or between a group and an ungrouped node, as one line. */
export interface TileLink {
  readonly key: string;
  readonly source: string;
  readonly target: string;
  readonly from: Point;
  readonly to: Point;
  /** The number of edges that it represents. */
  readonly edges: number;
  readonly state: EdgeState | undefined;
}

/** A group as a tile. */
export interface Tile extends Frame {
  readonly members: number;
}

/** A graph as it is drawn from afar: typed arrays only, so that it is fast for a hundred thousand edges. */
export interface FarDisplay {
  /** The centre of each node, in the order of the graph: x, y. */
  readonly dots: Float32Array;
  readonly lines: readonly LineGroup[];
  readonly tiles: readonly Tile[];
  readonly links: readonly TileLink[];
  readonly bounds: Rectangle;
}

const weightOf = (edge: GraphEdge): number =>
  edge.states.reduce(
    (least, state) => Math.min(least, STATES_BY_WEIGHT.indexOf(state)),
    STATES_BY_WEIGHT.length,
  );

/** Half the distance between the two lines of nodes that depend on each other. */
const OFFSET = 3;

/** Turns a laid-out graph into dots, lines and tiles. */
export function buildFarDisplay(
  graph: Graph,
  layout: Layout,
  { groups, groupOf }: GroupFrames = { groups: new Map(), groupOf: new Map() },
): FarDisplay {
  const index = new Map<string, number>();
  const dots = new Float32Array(graph.nodes.length * 2);
  graph.nodes.forEach(({ key }, i) => {
    const corner = layout.corners.get(key);
    index.set(key, i);
    dots[2 * i] = (corner?.x ?? 0) + layout.width / 2;
    dots[2 * i + 1] = (corner?.y ?? 0) + layout.height / 2;
  });
  const members = Map.groupBy(groupOf.values(), (group) => group);
  const tiles = [...groupBoxes(layout.corners, groupOf, layout)].map(
    ([key, box]): Tile => ({
      key,
      title: groups.get(key)?.title ?? '',
      members: members.get(key)?.length ?? 0,
      ...box,
    }),
  );
  const { width, height } = layout;
  const cards = [...layout.corners.values()].map(({ x, y }) => ({ x, y, width, height }));
  return {
    dots,
    lines: linesOf(graph, index, dots),
    tiles,
    links: tiles.length > 0 ? linksOf(graph, dots, groupOf, tiles) : [],
    bounds: boundingBox([...tiles, ...cards]),
  };
}

/** A straight line per edge, shifted to one side, so that the two directions of a pair are separate. */
function linesOf(graph: Graph, index: ReadonlyMap<string, number>, dots: Float32Array): LineGroup[] {
  const weights = Uint8Array.from(graph.edges, weightOf);
  const counts = new Uint32Array(STATES_BY_WEIGHT.length + 1);
  for (const weight of weights) counts[weight] = (counts[weight] ?? 0) + 1;
  const points = Array.from(counts, (count) => new Float32Array(4 * count));
  const edges = Array.from(counts, (count) => new Uint32Array(count));
  const used = new Uint32Array(counts.length);
  graph.edges.forEach(({ source, target }, i) => {
    const [a, b] = [index.get(source), index.get(target)];
    if (a === undefined || b === undefined || a === b) return;
    const [x1 = 0, y1 = 0] = [dots[2 * a], dots[2 * a + 1]];
    const [x2 = 0, y2 = 0] = [dots[2 * b], dots[2 * b + 1]];
    const length = Math.hypot(x2 - x1, y2 - y1) || 1;
    const [dx, dy] = [((y1 - y2) / length) * OFFSET, ((x2 - x1) / length) * OFFSET];
    const weight = weights[i] ?? 0;
    const at = used[weight] ?? 0;
    points[weight]?.set([x1 + dx, y1 + dy, x2 + dx, y2 + dy], 4 * at);
    edges[weight]?.set([i], at);
    used[weight] = at + 1;
  });
  // The most important states are drawn last, on top.
  return Array.from(
    used,
    (count, weight): LineGroup => ({
      state: STATES_BY_WEIGHT[weight],
      edges: edges[weight]?.subarray(0, count) ?? new Uint32Array(),
      points: points[weight]?.subarray(0, 4 * count) ?? new Float32Array(),
    }),
  )
    .filter((lines) => lines.edges.length > 0)
    .reverse();
}

/** All edges from one tile to another as one link; an ungrouped node is used like a tile. */
function linksOf(
  { nodes, edges }: Graph,
  dots: Float32Array,
  groupOf: ReadonlyMap<string, string>,
  tiles: readonly Tile[],
): TileLink[] {
  const ends: { readonly key: string; readonly at: Point }[] = [];
  const endOf = new Map<string, number>();
  const add = (key: string, at: Point) => endOf.set(key, ends.push({ key, at }) - 1);
  for (const { key, x, y, width, height } of tiles) add(key, { x: x + width / 2, y: y + height / 2 });
  nodes.forEach(({ key }, i) => {
    const own = endOf.get(groupOf.get(key) ?? '');
    if (own === undefined) add(key, { x: dots[2 * i] ?? 0, y: dots[2 * i + 1] ?? 0 });
    else endOf.set(key, own);
  });

  const pairs = new Map<number, { a: number; b: number; edges: number; weight: number }>();
  for (const edge of edges) {
    const [a, b] = [endOf.get(edge.source), endOf.get(edge.target)];
    if (a === undefined || b === undefined || a === b) continue;
    const pair = pairs.get(a * ends.length + b);
    const weight = weightOf(edge);
    if (pair) {
      pair.edges++;
      pair.weight = Math.min(pair.weight, weight);
    } else pairs.set(a * ends.length + b, { a, b, edges: 1, weight });
  }
  return [...pairs.values()].flatMap(({ a, b, edges: count, weight }) => {
    const [source, target] = [ends[a], ends[b]];
    if (!source || !target) return [];
    const key = pairKey(source.key, target.key);
    const state = STATES_BY_WEIGHT[weight];
    return [
      { key, source: source.key, target: target.key, from: source.at, to: target.at, edges: count, state },
    ];
  });
}
