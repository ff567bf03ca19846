import type { Point, Rectangle, Size } from '../geometry/rectangle.ts';
import type { GraphElement } from '../model/graph.ts';
import type { Drawing } from './drawing.ts';
import { hitDot, hitTile } from './far/far-hit-test.ts';
import type { EdgeLabel } from './near/display-list.ts';
import { hitTest } from './near/hit-test.ts';
import { type Neighbourhood, neighbourhood } from './neighbourhood.ts';
import { toDrawing, type View, visibleArea } from './view/view.ts';

/** Pixels that a pointer may be off what it is meant for. */
const TOLERANCE = 5;

/**
 * Finds what is drawn at a point of the screen, from wherever it is seen.
 *
 * @param size of what is seen, on screen
 */
export function elementAt(drawing: Drawing, view: View, size: Size, at: Point): GraphElement | undefined {
  const point = toDrawing(view, at);
  const reach = TOLERANCE / view.scale;
  switch (drawing.detailAt(view.scale)) {
    case 'cards':
      return hitTest(drawing.near(visibleArea(view, size.width, size.height)), point, reach);
    case 'dots':
      return hitDot(drawing.far(), drawing.graph, point, reach);
    case 'tiles':
      return hitTile(drawing.far(), point);
  }
}

/** What a target brings out. */
export const highlightFor = ({ graph, far }: Drawing, target: GraphElement): Neighbourhood =>
  neighbourhood(target.type === 'group' ? far().links : graph.edges, target);

/** Whether a target is in the drawing. */
export function isDrawn({ graph, frames: framed }: Drawing, { type, key }: GraphElement): boolean {
  if (type === 'group') return framed.groups.has(key);
  return (type === 'node' ? graph.nodes : graph.edges).some((each) => each.key === key);
}

/** Where each node stands. */
export const nodeBounds = ({ graph, layout: { corners, width, height } }: Drawing): Map<string, Rectangle> =>
  new Map(
    graph.nodes.flatMap(({ key }) => {
      const corner = corners.get(key);
      return corner ? [[key, { ...corner, width, height }]] : [];
    }),
  );

/** What is written on an edge, if it can be read from where it is seen. */
export const labelAt = (drawing: Drawing, view: View, size: Size, key: string): EdgeLabel | undefined =>
  drawing.detailAt(view.scale) === 'cards'
    ? drawing.near(visibleArea(view, size.width, size.height)).labels.find((label) => label.key === key)
    : undefined;

/** The room that a node, or the tile of a group, takes. */
export function boundsOf({ layout, far }: Drawing, { type, key }: GraphElement): Rectangle | undefined {
  if (type === 'group') return far().tiles.find((tile) => tile.key === key);
  const corner = layout.corners.get(key);
  return corner && { ...corner, width: layout.width, height: layout.height };
}
