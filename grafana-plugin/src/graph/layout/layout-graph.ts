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

/** With more newcomers than this among the nodes, all are arranged anew. */
const MOST_NEWCOMERS = 0.3;
/** Most that a layout is widened or heightened by. */
const MOST_STRETCH = 1.6;

/**
 * Lays a graph out in layers from left to right, dependants left of what they depend on. The same graph gives
 * the same layout, whatever the order of its nodes and edges. Where most nodes have a place already, the others
 * are put near their neighbours, and nothing else moves.
 */
export function layoutGraph({ nodes, edges, sizes, groups, earlier, saved }: LayoutRequest): Layout {
  const keys = [...new Set(nodes)].sort(compareText);
  const links = uniqueLinks(edges, new Map(keys.map((key, i) => [key, i])));
  const teams = keys.map((key) => groups?.get(key));
  const kept = earlier && keepMost(keys, links, teams, earlier, sizes);
  const { width, corners } = kept ?? stretch(arrangeGroups(teams, links, sizes), sizes);
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
 * Keeps the nodes that have a place; undefined when too few do, or when the groups then do not hold together. A group
 * that was one node until now comes back as it was before, or else opens where that node stood.
 */
function keepMost(
  keys: readonly string[],
  links: readonly Link[],
  teams: readonly (string | undefined)[],
  { width, corners: known }: NonNullable<KnownPositions['earlier']>,
  sizes: LayoutSizes,
): { width: number; corners: readonly Point[] } | undefined {
  const size = widened(sizes, width);
  const groups = new Map(keys.flatMap((key, v) => (teams[v] === undefined ? [] : [[key, teams[v]]])));
  const settle = (places: readonly (Point | undefined)[]) => {
    if (places.filter((place) => !place).length > keys.length * MOST_NEWCOMERS) return undefined;
    const corners = keepPositions(places, links, teams, size);
    return groupsOverlap(byKey(keys, corners), groups, size) ? undefined : { width, corners };
  };
  const places = keys.map((key) => known.get(key));
  const nodeOf = new Map(
    [...new Set(groups.values())].flatMap((group) => {
      const corner = known.get(group);
      return corner ? [[group, corner]] : [];
    }),
  );
  const isBack = teams.every((team, v) => places[v] || !nodeOf.has(team ?? ''));
  const kept = isBack ? settle(places) : undefined;
  return kept ?? (nodeOf.size > 0 ? settle(expandGroups(places, teams, nodeOf, links, size)) : undefined);
}

const byKey = (keys: readonly string[], corners: readonly Point[]): Map<string, Point> =>
  new Map(keys.map((key, v) => [key, corners[v] ?? { x: 0, y: 0 }]));

/** Distinct links in a fixed order, without self-loops and without edges of unknown nodes. */
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
 * Brings a layout nearer to the wanted aspect, so that it fills its panel. One that is too tall is widened,
 * nodes and all: its height sets the scale, and names gain room. One that is too wide gets its rows apart.
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
