import type { Point } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';
import { linksAmong } from '../groups/arrange.ts';
import { arrangeGroups } from '../groups/arrange-groups.ts';
import { type Adjacency, type Link, neighbours, predecessors, successors } from '../layers/adjacency.ts';
import { createFreeSpots } from './free-spots.ts';

/**
 * Keeps the positions of known nodes, places new nodes beside their group or their neighbours, and new nodes without
 * either below all others.
 *
 * @param positions the corner of each node, undefined for new nodes
 * @param groups the group of each node, undefined for ungrouped nodes
 */
export function keepPositions(
  positions: readonly (Point | undefined)[],
  links: readonly Link[],
  groups: readonly (string | undefined)[],
  sizes: LayoutSizes,
): Point[] {
  const spots = createFreeSpots(sizes);
  const corners = positions.map((position) => {
    if (!position || !spots.isFree(position)) return undefined;
    spots.take(position);
    return position;
  });

  const out = successors(corners.length, links);
  const into = predecessors(corners.length, links);
  const inGroup = (v: number) => corners.find((corner, u) => corner && groups[u] === groups[v]);
  let waiting = [...corners.keys()].filter((v) => !corners[v]);
  for (let before = Infinity; waiting.length < before; ) {
    before = waiting.length;
    waiting = waiting.filter((v) => {
      const wanted =
        groups[v] === undefined ? besideNeighbours(v, corners, { out, into }, sizes) : inGroup(v);
      if (!wanted) return true;
      const corner = spots.nearest(wanted);
      spots.take(corner);
      corners[v] = corner;
      return false;
    });
  }

  const separate = arrangeGroups(
    waiting.map((v) => groups[v]),
    linksAmong(waiting, links),
    sizes,
  );
  const settled = corners.filter((corner) => corner !== undefined);
  const left = settled.reduce((least, { x }) => Math.min(least, x), Infinity);
  const below = settled.reduce((most, { y }) => Math.max(most, y), -Infinity) + sizes.height + sizes.rowGap;
  waiting.forEach((v, i) => {
    const { x, y } = separate[i] ?? { x: 0, y: 0 };
    corners[v] = settled.length > 0 ? { x: left + x, y: below + y } : { x, y };
  });
  return corners.map((corner) => corner ?? { x: 0, y: 0 });
}

/** A column right of its dependants, or left of its dependencies, at their mean height; undefined without neighbours. */
function besideNeighbours(
  v: number,
  corners: readonly (Point | undefined)[],
  { out, into }: { out: Adjacency; into: Adjacency },
  sizes: LayoutSizes,
): Point | undefined {
  const placed = (side: Adjacency) => [...neighbours(side, v)].flatMap((u) => corners[u] ?? []);
  const [dependants, dependencies] = [placed(into), placed(out)];
  const all = [...dependants, ...dependencies];
  if (all.length === 0) return undefined;
  const pitch = sizes.width + sizes.columnGap;
  const least = dependants.reduce((most, { x }) => Math.max(most, x + pitch), -Infinity);
  const most = dependencies.reduce((lowest, { x }) => Math.min(lowest, x - pitch), Infinity);
  return {
    // A node with neighbours on both sides is placed next to its dependants, aligned with the column there.
    x: Number.isFinite(least) ? least : most,
    y: all.reduce((sum, { y }) => sum + y, 0) / all.length,
  };
}
