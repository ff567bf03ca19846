import { intersects, type Rectangle } from '../../geometry/rectangle.ts';
import type { Graph } from '../../model/graph.ts';
import type { Layout } from '../../model/layout.ts';

/**
 * How much of a graph is drawn. `tiles`: a tile per group, and one line for all edges between two tiles; `dots`: a dot
 * per node and a line per edge, without text; `cards`: full detail.
 */
export type DetailLevel = 'tiles' | 'dots' | 'cards';

/** Below this scale, cards are too small for their names. */
const CARDS = 0.14;
/** Below this scale, dots are too dense to point at. */
const DOTS = 0.06;

/** With more nodes than this, cards are shown from a larger scale only. */
const MANY_NODES = 1000;
const CARDS_OF_MANY = 0.35;

/** The level of detail at a scale. It is independent of the position, so that panning does not change it. */
export function detailAt(scale: number, nodes: number, hasGroups: boolean): DetailLevel {
  if (scale >= (nodes > MANY_NODES ? CARDS_OF_MANY : CARDS)) return 'cards';
  return scale < DOTS && hasGroups ? 'tiles' : 'dots';
}

/** The nodes within a rectangle of the drawing, and all their edges, also those to nodes outside. */
export function visiblePart(
  { nodes, edges }: Graph,
  { width, height, corners }: Layout,
  visible: Rectangle,
): Graph {
  const kept = nodes.filter(({ key }) => {
    const corner = corners.get(key);
    return corner !== undefined && intersects({ ...corner, width, height }, visible);
  });
  const keys = new Set(kept.map(({ key }) => key));
  return { nodes: kept, edges: edges.filter(({ source, target }) => keys.has(source) || keys.has(target)) };
}
