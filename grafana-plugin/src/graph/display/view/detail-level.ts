import { intersects, type Rectangle } from '../../geometry/rectangle.ts';
import type { Graph } from '../../model/graph.ts';
import type { Layout } from '../../model/layout.ts';

/**
 * How much of a graph is drawn. `tiles`: a tile for each group, and one line for all edges between two; `dots`: a dot
 * for each node, a line for each edge, no text; `cards`: all of it.
 */
export type DetailLevel = 'tiles' | 'dots' | 'cards';

/** Below this scale a card is too small for its name. */
const CARDS = 0.14;
/** Below this one so is a dot among so many others that it cannot be pointed at. */
const DOTS = 0.06;

/** Of a graph of more nodes than this, names are worth their room from nearer only. */
const MANY_NODES = 1000;
const CARDS_OF_MANY = 0.35;

/** The detail at a scale. It does not depend on where one looks: nothing changes its look while it is only moved. */
export function detailAt(scale: number, nodes: number, hasGroups: boolean): DetailLevel {
  if (scale >= (nodes > MANY_NODES ? CARDS_OF_MANY : CARDS)) return 'cards';
  return scale < DOTS && hasGroups ? 'tiles' : 'dots';
}

/** The nodes of a graph within a rectangle of the drawing, and their edges: their other ends may be out of sight. */
export function visiblePart(
  { nodes, edges }: Graph,
  { width, height, corners }: Layout,
  seen: Rectangle,
): Graph {
  const kept = nodes.filter(({ key }) => {
    const corner = corners.get(key);
    return corner !== undefined && intersects({ ...corner, width, height }, seen);
  });
  const keys = new Set(kept.map(({ key }) => key));
  return { nodes: kept, edges: edges.filter(({ source, target }) => keys.has(source) || keys.has(target)) };
}
