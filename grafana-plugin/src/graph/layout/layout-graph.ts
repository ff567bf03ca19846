import type { Point } from '../geometry/rectangle.ts';
import {
  type KnownPositions,
  type Layout,
  type LayoutRequest,
  type LayoutSizes,
  pairKey,
  widened,
} from '../model/layout.ts';
import { compareText } from '../model/order.ts';
import { arrangeGroups } from './groups/arrange-groups.ts';
import { groupsOverlap } from './groups/group-boxes.ts';
import { applySavedPositions } from './keep/apply-saved-positions.ts';
import { expandGroups } from './keep/expand-groups.ts';
import { keepPositions } from './keep/keep-positions.ts';
import type { Link } from './layers/adjacency.ts';
import { routeLinks } from './route-links.ts';

/** If the share of new nodes is larger than this, all nodes are arranged again. */
const MOST_NEW_NODES = 0.3;
/** Maximum factor by which a layout is stretched. */
const MOST_STRETCH = 1.6;

/**
 * Lays out a graph in layers from left to right, dependants left of their dependencies. The layout does not depend on
 * the order of nodes and edges. If most nodes have a position already, new nodes are placed near their neighbours, and
 * no other node moves.
 */
export function layoutGraph({ nodes, edges, sizes, groups, earlier, saved }: LayoutRequest): Layout {
  const keys = [...new Set(nodes)].sort(compareText);
  const links = uniqueLinks(edges, new Map(keys.map((key, i) => [key, i])));
  const groupOf = keys.map((key) => groups?.get(key));
  const kept = earlier && keepMost(keys, links, groupOf, earlier, sizes);
  const { width, corners } = kept ?? stretch(arrangeGroups(groupOf, links, sizes), sizes);
  const size = widened(sizes, width);
  const saves = keys.map((key) => saved?.get(key));
  const settled = applySavedPositions(corners, saves, size);
  return {
    width,
    height: sizes.height,
    corners: byKey(keys, settled),
    bends: new Map(
      routeLinks(settled, links, size).map(([[from, to], points]) => [
        pairKey(keys[from] ?? '', keys[to] ?? ''),
        points,
      ]),
    ),
  };
}

/**
 * Keeps the positions of known nodes; undefined if too few are known, or if groups would then overlap. A group that has
 * just been expanded returns to its former positions, or else expands at the position of its node.
 */
function keepMost(
  keys: readonly string[],
  links: readonly Link[],
  groupOf: readonly (string | undefined)[],
  { width, corners: known }: NonNullable<KnownPositions['earlier']>,
  sizes: LayoutSizes,
): { width: number; corners: readonly Point[] } | undefined {
  const size = widened(sizes, width);
  const groups = new Map(keys.flatMap((key, v) => (groupOf[v] === undefined ? [] : [[key, groupOf[v]]])));
  const settle = (positions: readonly (Point | undefined)[]) => {
    if (positions.filter((position) => !position).length > keys.length * MOST_NEW_NODES) return undefined;
    const corners = keepPositions(positions, links, groupOf, size);
    return groupsOverlap(byKey(keys, corners), groups, size) ? undefined : { width, corners };
  };
  const positions = keys.map((key) => known.get(key));
  const nodeOf = new Map(
    [...new Set(groups.values())].flatMap((group) => {
      const corner = known.get(group);
      return corner ? [[group, corner]] : [];
    }),
  );
  const isBack = groupOf.every((group, v) => positions[v] || !nodeOf.has(group ?? ''));
  const kept = isBack ? settle(positions) : undefined;
  return (
    kept ?? (nodeOf.size > 0 ? settle(expandGroups(positions, groupOf, nodeOf, links, size)) : undefined)
  );
}

const byKey = (keys: readonly string[], corners: readonly Point[]): Map<string, Point> =>
  new Map(keys.map((key, v) => [key, corners[v] ?? { x: 0, y: 0 }]));

/** The distinct links in a fixed order, without self-loops and edges of unknown nodes. */
function uniqueLinks(edges: LayoutRequest['edges'], index: ReadonlyMap<string, number>): Link[] {
  const links = new Map<number, Link>();
  for (const { source, target } of edges) {
    const a = index.get(source);
    const b = index.get(target);
    if (a !== undefined && b !== undefined && a !== b) links.set(a * index.size + b, [a, b]);
  }
  return [...links.values()].sort(([a, b], [c, d]) => a - c || b - d);
}

/**
 * Stretches a layout towards the desired aspect ratio, so that it fills its panel. A layout that is too tall is widened
 * together with its nodes, which leaves more space for names. One that is too wide gets larger gaps between rows.
 */
function stretch(
  corners: readonly Point[],
  { width, height, aspect }: LayoutSizes,
): { width: number; corners: readonly Point[] } {
  const right = corners.reduce((most, { x }) => Math.max(most, x + width), 0);
  const bottom = corners.reduce((most, { y }) => Math.max(most, y + height), 0);
  if (right === 0 || bottom === 0) return { width, corners };
  const wider = Math.max(1, Math.min(MOST_STRETCH, (bottom * aspect) / right));
  const taller = Math.max(1, Math.min(MOST_STRETCH, right / aspect / bottom));
  return { width: width * wider, corners: corners.map(({ x, y }) => ({ x: x * wider, y: y * taller })) };
}
