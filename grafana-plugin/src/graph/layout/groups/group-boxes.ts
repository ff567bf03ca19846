import { createOccupancy } from '../../geometry/occupancy.ts';
import type { Point, Rectangle, Size } from '../../geometry/rectangle.ts';

/** Padding between the members of a group and its border, and the height of its title above them. */
export const GROUP_PADDING = 18;
export const GROUP_TITLE = 26;

/** The rectangle around the members of a group and its title, from their corners and their size. */
export function frameOf(corners: readonly Point[], { width, height }: Size): Rectangle {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of corners) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return {
    x: left - GROUP_PADDING,
    y: top - GROUP_PADDING - GROUP_TITLE,
    width: right - left + 2 * GROUP_PADDING,
    height: bottom - top + 2 * GROUP_PADDING + GROUP_TITLE,
  };
}

/**
 * The rectangle of each group.
 *
 * @param groups the group of each grouped node
 */
export function groupBoxes(
  corners: ReadonlyMap<string, Point>,
  groups: ReadonlyMap<string, string>,
  size: Size,
): Map<string, Rectangle> {
  const members = Map.groupBy(groups, ([, group]) => group);
  return new Map(
    [...members].flatMap(([group, keys]) => {
      const known = keys.flatMap(([key]) => corners.get(key) ?? []);
      return known.length > 0 ? [[group, frameOf(known, size)]] : [];
    }),
  );
}

/** Whether the rectangle of a group contains nodes that are not its members. */
export function groupsOverlap(
  corners: ReadonlyMap<string, Point>,
  groups: ReadonlyMap<string, string>,
  size: Size,
): boolean {
  const boxes = groupBoxes(corners, groups, size);
  const taken = createOccupancy();
  for (const [group, box] of boxes) taken.add(box, group);
  for (const [key, { x, y }] of corners) {
    // Nodes and groups can have the same name: a NUL prefix keeps them distinct.
    if (!groups.has(key)) taken.add({ x, y, width: size.width, height: size.height }, `\0${key}`);
  }
  return [...boxes].some(([group, box]) => taken.overlaps(box, group));
}
