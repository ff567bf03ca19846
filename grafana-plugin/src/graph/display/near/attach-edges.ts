import type { Point } from '../../geometry/rectangle.ts';
import type { GraphEdge } from '../../model/graph.ts';
import { type Layout, pairKey } from '../../model/layout.ts';
import { compareText } from '../../model/order.ts';

/** The route of an edge: where it leaves its source, passes layers and enters its target. */
export interface EdgeRoute {
  readonly edge: GraphEdge;
  readonly exit: Point;
  readonly bends: readonly Point[];
  readonly entry: Point;
  /** 1: left to right; -1: right to left; 0: to itself. */
  readonly direction: 1 | -1 | 0;
  /** How far it extends to the right of both cards, if one is above the other; else 0. */
  readonly bulge: number;
}

/** Vertical distance of edges on the same side of a card, where space allows, so that each can have a label. */
const PITCH = 17;

/** How far an edge between cards above each other extends, and how much further per pixel between them. */
const BULGE = 26;
const BULGE_GROWTH = 0.12;

interface Attachment {
  readonly edge: GraphEdge;
  readonly role: 'exit' | 'entry';
  /** The height that the edge comes from or leads to, which determines its order on the side. */
  readonly towards: number;
}

/**
 * Distributes edges over the sides of their cards, in the order of where they lead. Parallel edges and the two
 * directions of a pair run side by side.
 */
export function attachEdges(edges: readonly GraphEdge[], layout: Layout): EdgeRoute[] {
  const corner = (key: string): Point => layout.corners.get(key) ?? { x: 0, y: 0 };
  const centreY = (key: string) => corner(key).y + layout.height / 2;
  const isAbove = ({ source, target }: GraphEdge) =>
    source !== target && Math.abs(corner(target).x - corner(source).x) < layout.width;
  const directionOf = (edge: GraphEdge) =>
    isAbove(edge) ? -1 : (Math.sign(corner(edge.target).x - corner(edge.source).x) as 1 | -1 | 0);
  const bendsOf = ({ source, target }: GraphEdge) => layout.bends.get(pairKey(source, target)) ?? [];

  const sides = new Map<string, Attachment[]>();
  const touch = (node: string, right: boolean, item: Attachment) => {
    const side = JSON.stringify([node, right]);
    const items = sides.get(side);
    if (items) items.push(item);
    else sides.set(side, [item]);
  };
  for (const edge of edges) {
    const direction = directionOf(edge);
    if (direction === 0) continue;
    const bends = bendsOf(edge);
    const towardsTarget = bends.at(0)?.y ?? centreY(edge.target);
    const towardsSource = bends.at(-1)?.y ?? centreY(edge.source);
    touch(edge.source, direction > 0 || isAbove(edge), { edge, role: 'exit', towards: towardsTarget });
    touch(edge.target, direction < 0, { edge, role: 'entry', towards: towardsSource });
  }

  const heights = { exit: new Map<string, number>(), entry: new Map<string, number>() };
  for (const touches of sides.values()) {
    touches.sort((a, b) => a.towards - b.towards || compareText(a.edge.key, b.edge.key));
    const pitch = Math.min(PITCH, (layout.height - 12) / Math.max(1, touches.length - 1));
    touches.forEach(({ edge, role }, i) => {
      heights[role].set(edge.key, (i - (touches.length - 1) / 2) * pitch);
    });
  }

  return edges.map((edge) => {
    const direction = directionOf(edge);
    const place = (key: string, right: boolean, offset: number): Point => ({
      x: corner(key).x + (right ? layout.width : 0),
      y: centreY(key) + offset,
    });
    const above = isAbove(edge);
    const distance = Math.abs(centreY(edge.source) - centreY(edge.target));
    return {
      edge,
      direction,
      bulge: above ? BULGE + distance * BULGE_GROWTH : 0,
      exit: place(edge.source, direction > 0 || above, heights.exit.get(edge.key) ?? 0),
      bends: bendsOf(edge),
      entry: place(edge.target, direction < 0, heights.entry.get(edge.key) ?? 0),
    };
  });
}
