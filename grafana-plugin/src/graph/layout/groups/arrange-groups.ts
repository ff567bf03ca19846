import type { Point, Size } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';
import type { Link } from '../layers/adjacency.ts';
import { arrange, linksAmong } from './arrange.ts';
import { frameOf, GROUP_PADDING, GROUP_TITLE } from './group-boxes.ts';

/** The nodes of a group, with their corners relative to the corner of the group. */
interface GroupBlock extends Size {
  readonly members: readonly number[];
  readonly corners: readonly Point[];
}

/**
 * Lays out nodes so that the members of a group are in one rectangle without other nodes. Within a group, and among
 * groups, dependants are left of their dependencies, as without groups.
 *
 * @param groups the group of each node, undefined for ungrouped nodes
 */
export function arrangeGroups(
  groups: readonly (string | undefined)[],
  links: readonly Link[],
  sizes: LayoutSizes,
): Point[] {
  // Ungrouped nodes are keyed by their index, which is never equal to the name of a group.
  const members = Map.groupBy(groups.keys(), (v) => groups[v] ?? v);
  const blocks = [...members].map(([group, own]) =>
    layoutGroup(own, typeof group === 'string', links, sizes),
  );
  const blockOf = new Int32Array(groups.length);
  blocks.forEach((block, t) => {
    for (const v of block.members) blockOf[v] = t;
  });
  const between = new Map<number, Link>();
  for (const [from, to] of links) {
    const [a, b] = [blockOf[from] ?? 0, blockOf[to] ?? 0];
    if (a !== b) between.set(a * blocks.length + b, [a, b]);
  }
  const positions = arrange(blocks, [...between.values()], sizes);
  const corners: Point[] = [];
  blocks.forEach((block, t) => {
    block.members.forEach((v, i) => {
      const [position, corner] = [positions[t], block.corners[i]];
      corners[v] = { x: (position?.x ?? 0) + (corner?.x ?? 0), y: (position?.y ?? 0) + (corner?.y ?? 0) };
    });
  });
  return corners;
}

function layoutGroup(
  members: readonly number[],
  framed: boolean,
  links: readonly Link[],
  sizes: LayoutSizes,
): GroupBlock {
  const { width, height } = sizes;
  if (!framed) return { members, corners: [{ x: 0, y: 0 }], width, height };
  const inner = arrange(
    members.map(() => ({ width, height })),
    linksAmong(members, links),
    sizes,
  );
  const corners = inner.map(({ x, y }) => ({ x: x + GROUP_PADDING, y: y + GROUP_PADDING + GROUP_TITLE }));
  return { members, corners, ...frameOf(corners, sizes) };
}
