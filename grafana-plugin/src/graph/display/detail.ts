import type { Graph, GraphEdge } from '../graph.ts';
import type { Layout, Point } from '../layout/layout-graph.ts';
import { pairKey } from '../layout/layout-graph.ts';
import { intersects, type Rectangle } from '../occupancy.ts';

/**
 * How much of a graph is drawn. `tiles`: a tile for each group, and one line for all edges between two; `dots`: a dot
 * for each node, a line for each edge, no text; `cards`: all of it.
 */
export type Detail = 'tiles' | 'dots' | 'cards';

/** Below this scale a card is too small for its name. */
const CARDS = 0.14;
/** Below this one so is a dot among so many others that it cannot be pointed at. */
const DOTS = 0.03;

/** From so many cards on screen all are drawn as dots a little earlier: ten thousand names say nothing. */
const MANY_CARDS = 1500;
const CARDS_OF_MANY = 0.35;

/** The detail at a scale, of so many nodes in view. */
export function detailAt(scale: number, inView: number, hasGroups: boolean): Detail {
  if (scale >= (inView > MANY_CARDS ? CARDS_OF_MANY : CARDS)) return 'cards';
  return scale < DOTS && hasGroups ? 'tiles' : 'dots';
}

/**
 * The part of a graph that is in sight: cards within a rectangle of the drawing, and edges that may pass it, whose
 * ends may be out of sight and are then not in it.
 *
 * @param passing whether edges of which both ends are out of sight are in it. There may be thousands, and far ones are
 *   as well drawn as the lines of a `FarDisplay`
 */
export function inSight(graph: Graph, layout: Layout, seen: Rectangle, passing: boolean): Graph {
  const { width, height, corners, bends } = layout;
  const isSeen = (corner: Point | undefined) =>
    corner !== undefined && intersects({ x: corner.x, y: corner.y, width, height }, seen);
  const kept = new Set(graph.nodes.filter(({ key }) => isSeen(corners.get(key))).map(({ key }) => key));
  const passes = ({ source, target }: GraphEdge): boolean => {
    const [from, to] = [corners.get(source), corners.get(target)];
    if (!from || !to) return false;
    let [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y) + height];
    for (const { y } of bends.get(pairKey(source, target)) ?? []) {
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    const left = Math.min(from.x, to.x);
    const right = Math.max(from.x, to.x) + width;
    return intersects({ x: left, y: top, width: right - left, height: bottom - top }, seen);
  };
  const edges = graph.edges.filter(
    (edge) => kept.has(edge.source) || kept.has(edge.target) || (passing && passes(edge)),
  );
  return { nodes: graph.nodes.filter(({ key }) => kept.has(key)), edges };
}
