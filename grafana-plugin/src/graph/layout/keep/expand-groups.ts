import type { Point } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';
import { linksAmong } from '../groups/arrange.ts';
import { arrangeGroups } from '../groups/arrange-groups.ts';
import { frameOf } from '../groups/group-boxes.ts';
import type { Link } from '../layers/adjacency.ts';

/**
 * Puts the members of a group that was one node where that stood. Whoever is right of it or below moves on by as much
 * as it has grown: so nobody overlaps, and everyone stays right of, or below, whom they were.
 *
 * @param places the corner of each node, undefined for newcomers
 * @param teams the group of each node, undefined for those in none
 * @param nodeOf the corner of the node that a group was
 */
export function expandGroups(
  places: readonly (Point | undefined)[],
  teams: readonly (string | undefined)[],
  nodeOf: ReadonlyMap<string, Point>,
  links: readonly Link[],
  sizes: LayoutSizes,
): (Point | undefined)[] {
  const settled = [...places];
  const waiting = new Map([...nodeOf].filter(([group]) => teams.includes(group)));
  for (const group of [...waiting.keys()].sort()) {
    const corner = waiting.get(group) ?? { x: 0, y: 0 };
    const members = [...teams.keys()].filter((v) => teams[v] === group);
    const inside = arrangeGroups(
      members.map(() => group),
      linksAmong(members, links),
      sizes,
    );
    const frame = frameOf(inside, sizes);
    const makeRoom = ({ x, y }: Point): Point => ({
      x: x >= corner.x + sizes.width ? x + frame.width - sizes.width : x,
      y: y >= corner.y + sizes.height ? y + frame.height - sizes.height : y,
    });
    settled.forEach((place, v) => {
      if (place) settled[v] = makeRoom(place);
    });
    for (const [other, place] of waiting) waiting.set(other, makeRoom(place));
    members.forEach((v, i) => {
      const { x, y } = inside[i] ?? { x: 0, y: 0 };
      settled[v] = { x: corner.x + x - frame.x, y: corner.y + y - frame.y };
    });
  }
  return settled;
}
