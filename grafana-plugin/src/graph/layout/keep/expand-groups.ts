import type { Point } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';
import { linksAmong } from '../groups/arrange.ts';
import { arrangeGroups } from '../groups/arrange-groups.ts';
import { frameOf } from '../groups/group-boxes.ts';
import type { Link } from '../layers/adjacency.ts';

/**
 * Places the members of an expanded group at the position of its former node. Nodes to the right or below move by its
 * increase in size, so that no nodes overlap and the relative order of nodes stays.
 *
 * @param positions the corner of each node, undefined for new nodes
 * @param groups the group of each node, undefined for ungrouped nodes
 * @param nodeOf the corner of the former node of each group
 */
export function expandGroups(
  positions: readonly (Point | undefined)[],
  groups: readonly (string | undefined)[],
  nodeOf: ReadonlyMap<string, Point>,
  links: readonly Link[],
  sizes: LayoutSizes,
): (Point | undefined)[] {
  const settled = [...positions];
  const waiting = new Map([...nodeOf].filter(([group]) => groups.includes(group)));
  for (const group of [...waiting.keys()].sort()) {
    const corner = waiting.get(group) ?? { x: 0, y: 0 };
    const members = [...groups.keys()].filter((v) => groups[v] === group);
    const inside = arrangeGroups(
      members.map(() => group),
      linksAmong(members, links),
      sizes,
    );
    const frame = frameOf(inside, sizes);
    const shift = ({ x, y }: Point): Point => ({
      x: x >= corner.x + sizes.width ? x + frame.width - sizes.width : x,
      y: y >= corner.y + sizes.height ? y + frame.height - sizes.height : y,
    });
    settled.forEach((position, v) => {
      if (position) settled[v] = shift(position);
    });
    for (const [other, position] of waiting) waiting.set(other, shift(position));
    members.forEach((v, i) => {
      const { x, y } = inside[i] ?? { x: 0, y: 0 };
      settled[v] = { x: corner.x + x - frame.x, y: corner.y + y - frame.y };
    });
  }
  return settled;
}
