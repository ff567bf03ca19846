import type { Point } from '../../geometry/rectangle.ts';
import type { GraphNode } from '../../model/graph.ts';

/** The groups among some nodes that have just been collapsed: those inside have a place, the group has none. */
export const justCollapsed = (nodes: readonly GraphNode[], places: ReadonlyMap<string, Point>): GraphNode[] =>
  nodes.filter(
    ({ key, members, collapsed }) =>
      collapsed && !places.has(key) && members.some((member) => places.has(member)),
  );

/** The place of a collapsed group: where the one of its members stood that was nearest to their midst. */
export function positionAmong(
  members: readonly string[],
  places: ReadonlyMap<string, Point>,
): Point | undefined {
  const corners = members.flatMap((member) => places.get(member) ?? []);
  const mean = (side: keyof Point) => corners.reduce((sum, corner) => sum + corner[side], 0) / corners.length;
  const [x, y] = [mean('x'), mean('y')];
  const distance = (corner: Point) => Math.hypot(corner.x - x, corner.y - y);
  return corners.toSorted((a, b) => distance(a) - distance(b))[0];
}
