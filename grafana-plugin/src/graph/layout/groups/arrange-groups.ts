import type { Point, Size } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';
import type { Link } from '../layers/adjacency.ts';
import { arrange, linksAmong } from './arrange.ts';
import { frameOf, GROUP_PADDING, GROUP_TITLE } from './group-boxes.ts';

/** Some nodes that stand together, their corners from the corner of the room that they take. */
interface GroupBlock extends Size {
  readonly members: readonly number[];
  readonly corners: readonly Point[];
}

/**
 * Lays nodes out so that the members of a group stand in one rectangle, with nobody else in it. Within a group, and
 * among groups, it is as without any: dependants left of what they depend on.
 *
 * @param groups the group of each node, undefined for those that stand for themselves
 */
export function arrangeGroups(
  groups: readonly (string | undefined)[],
  links: readonly Link[],
  sizes: LayoutSizes,
): Point[] {
  // Numbers of the nodes name those without a group, and are no text.
  const members = Map.groupBy(groups.keys(), (v) => groups[v] ?? v);
  const teams = [...members].map(([group, own]) => layoutGroup(own, typeof group === 'string', links, sizes));
  const teamOf = new Int32Array(groups.length);
  teams.forEach((team, t) => {
    for (const v of team.members) teamOf[v] = t;
  });
  const between = new Map<number, Link>();
  for (const [from, to] of links) {
    const [a, b] = [teamOf[from] ?? 0, teamOf[to] ?? 0];
    if (a !== b) between.set(a * teams.length + b, [a, b]);
  }
  const places = arrange(teams, [...between.values()], sizes);
  const corners: Point[] = [];
  teams.forEach((team, t) => {
    team.members.forEach((v, i) => {
      const [place, corner] = [places[t], team.corners[i]];
      corners[v] = { x: (place?.x ?? 0) + (corner?.x ?? 0), y: (place?.y ?? 0) + (corner?.y ?? 0) };
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
