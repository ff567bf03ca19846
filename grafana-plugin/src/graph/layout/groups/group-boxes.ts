import { createOccupancy } from '../../geometry/occupancy.ts';
import type { Point, Rectangle, Size } from '../../geometry/rectangle.ts';

/** Room between the members of a group and its border; above them is its title. */
export const GROUP_PADDING = 18;
export const GROUP_TITLE = 26;

/** The rectangle around the members of a group, title and all, from their corners and their size. */
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
 * @param groups the group of each node that is in one
 */
export function groupBoxes(
  corners: ReadonlyMap<string, Point>,
  groups: ReadonlyMap<string, string>,
  size: Size,
): Map<string, Rectangle> {
  const members = Map.groupBy(groups, ([, group]) => group);
  return new Map(
    [...members].flatMap(([group, own]) => {
      const places = own.flatMap(([key]) => corners.get(key) ?? []);
      return places.length > 0 ? [[group, frameOf(places, size)]] : [];
    }),
  );
}

/** Whether someone stands in the rectangle of a group that is not of it. */
export function groupsOverlap(
  corners: ReadonlyMap<string, Point>,
  groups: ReadonlyMap<string, string>,
  size: Size,
): boolean {
  const boxes = groupBoxes(corners, groups, size);
  const taken = createOccupancy();
  for (const [group, box] of boxes) taken.add(box, group);
  for (const [key, { x, y }] of corners) {
    // Names of nodes and of groups may be the same: no group is called like this.
    if (!groups.has(key)) taken.add({ x, y, width: size.width, height: size.height }, `\0${key}`);
  }
  return [...boxes].some(([group, box]) => taken.overlaps(box, group));
}
