import type { Point, Rectangle, Size } from '../geometry/rectangle.ts';
import type { GraphElement } from '../model/graph.ts';
import type { Drawing } from './drawing.ts';
import { hitDot, hitTile } from './far/far-hit-test.ts';
import type { EdgeLabel } from './near/display-list.ts';
import { hitTest } from './near/hit-test.ts';
import { type Neighbourhood, neighbourhood } from './neighbourhood.ts';
import { toDrawing, type View, visibleArea } from './view/view.ts';

/** Pixels by which the pointer may miss an element. */
const TOLERANCE = 5;

/**
 * Finds the element at a point of the screen, at any level of detail.
 *
 * @param size the size of the canvas on screen
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

/** The cards and curves to highlight for an element. */
export const highlightFor = ({ graph, far }: Drawing, element: GraphElement): Neighbourhood =>
  neighbourhood(element.type === 'group' ? far().links : graph.edges, element);

/** Whether an element is in the drawing. */
export function isDrawn({ graph, frames }: Drawing, { type, key }: GraphElement): boolean {
  if (type === 'group') return frames.groups.has(key);
  return (type === 'node' ? graph.nodes : graph.edges).some((each) => each.key === key);
}

/** The bounds of each node. */
export const nodeBounds = ({ graph, layout: { corners, width, height } }: Drawing): Map<string, Rectangle> =>
  new Map(
    graph.nodes.flatMap(({ key }) => {
      const corner = corners.get(key);
      return corner ? [[key, { ...corner, width, height }]] : [];
    }),
  );

/** The label of an edge, if it is shown at this level of detail. */
export const labelAt = (drawing: Drawing, view: View, size: Size, key: string): EdgeLabel | undefined =>
  drawing.detailAt(view.scale) === 'cards'
    ? drawing.near(visibleArea(view, size.width, size.height)).labels.find((label) => label.key === key)
    : undefined;

/** The bounds of a node, or of the tile of a group. */
export function boundsOf({ layout, far }: Drawing, { type, key }: GraphElement): Rectangle | undefined {
  if (type === 'group') return far().tiles.find((tile) => tile.key === key);
  const corner = layout.corners.get(key);
  return corner && { ...corner, width: layout.width, height: layout.height };
}
