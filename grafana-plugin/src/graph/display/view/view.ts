import type { Point, Rectangle } from '../../geometry/rectangle.ts';

/** What part of the drawing is seen: screen = drawing * scale + (x, y). */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** A small graph is not made smaller than this, a large one not smaller than is needed to see all of it. */
const SMALLEST = 0.05;
const LARGEST = 4;
const MARGIN = 24;
/** No graph is so large that it takes less. */
const LEAST = 0.001;

/** Shows all of `bounds` in the middle; small graphs are not blown up. */
export function fitView(bounds: Rectangle, width: number, height: number): View {
  // Where it is small, not much of it is spent on margins.
  const margin = Math.min(MARGIN, width / 20, height / 20);
  const room = (side: number) => Math.max(1, side - 2 * margin);
  const scale = Math.min(1.15, room(width) / (bounds.width || 1), room(height) / (bounds.height || 1));
  return {
    scale,
    x: width / 2 - (bounds.x + bounds.width / 2) * scale,
    y: height / 2 - (bounds.y + bounds.height / 2) * scale,
  };
}

/** Below this scale texts cannot be read. */
const READABLE = 0.7;

/** Shows a point in the middle, and near enough to be read. */
export function centreOn(at: Point, scale: number, width: number, height: number): View {
  const near = Math.max(scale, READABLE);
  return { scale: near, x: width / 2 - at.x * near, y: height / 2 - at.y * near };
}

/**
 * Zooms by a factor; what is under the pointer stays there.
 *
 * @param fitted the scale at which all is seen
 */
export function zoomAt(view: View, factor: number, at: Point, fitted: number): View {
  const scale = Math.max(Math.min(SMALLEST, fitted), Math.min(LARGEST, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

/** So near to the border of the panel a thing is still seen well. */
const BORDER = 8;

/** Moves the drawing no farther than it takes to see all of a part of it; the same view if that is seen. */
export function reveal(view: View, part: Rectangle, width: number, height: number): View {
  const moved = (start: number, length: number, room: number, at: number) =>
    Math.max(BORDER - start * view.scale, Math.min(room - BORDER - (start + length) * view.scale, at));
  const x = moved(part.x, part.width, width, view.x);
  const y = moved(part.y, part.height, height, view.y);
  return x === view.x && y === view.y ? view : { ...view, x, y };
}

/** Moves the drawing by a distance on screen. */
export const panBy = (view: View, dx: number, dy: number): View => ({
  ...view,
  x: view.x + dx,
  y: view.y + dy,
});

/** The point of the drawing at a point of the screen. */
export const toDrawing = (view: View, at: Point): Point => ({
  x: (at.x - view.x) / view.scale,
  y: (at.y - view.y) / view.scale,
});

/** The part of the drawing that is seen in a panel of some size. */
export const visibleArea = (view: View, width: number, height: number): Rectangle => ({
  x: -view.x / view.scale,
  y: -view.y / view.scale,
  width: width / view.scale,
  height: height / view.scale,
});

/** A view as a text of an address: scale, x and y, to the last digit. */
export const viewText = ({ scale, x, y }: View): string => [scale, x, y].join(',');

/** Reads it back; undefined if there is none in it. */
export function readView(text: string | null): View | undefined {
  const [scale = Number.NaN, x = Number.NaN, y = Number.NaN, ...others] = (text ?? '').split(',').map(Number);
  const isView = Number.isFinite(x) && Number.isFinite(y) && scale >= LEAST && scale <= LARGEST;
  return isView && others.length === 0 ? { scale, x, y } : undefined;
}
