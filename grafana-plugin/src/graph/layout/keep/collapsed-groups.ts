import type { Point } from '../../geometry/rectangle.ts';
import type { GraphNode } from '../../model/graph.ts';

/** The groups that have just been collapsed: some of their members have a position, but the group has none. */
export const justCollapsed = (
  nodes: readonly GraphNode[],
  positions: ReadonlyMap<string, Point>,
): GraphNode[] =>
  nodes.filter(
    ({ key, members, collapsed }) =>
      collapsed && !positions.has(key) && members.some((member) => positions.has(member)),
  );

/** The position of a collapsed group: that of the member closest to the centre of all members. */
export function positionAmong(
  members: readonly string[],
  positions: ReadonlyMap<string, Point>,
): Point | undefined {
  const corners = members.flatMap((member) => positions.get(member) ?? []);
  const mean = (side: keyof Point) => corners.reduce((sum, corner) => sum + corner[side], 0) / corners.length;
  const [x, y] = [mean('x'), mean('y')];
  const distance = (corner: Point) => Math.hypot(corner.x - x, corner.y - y);
  return corners.toSorted((a, b) => distance(a) - distance(b))[0];
}
