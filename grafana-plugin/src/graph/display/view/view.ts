import type { Point, Rectangle } from '../../geometry/rectangle.ts';

/** The visible part of the drawing: screen = drawing * scale + (x, y). */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** The smallest scale of a small graph; a large graph can be scaled down until all of it is visible. */
const SMALLEST = 0.05;
const LARGEST = 4;
const MARGIN = 24;
/** The smallest scale of any graph. */
const LEAST = 0.001;

/** Shows all of `bounds`, centred; small graphs are not enlarged. */
export function fitView(bounds: Rectangle, width: number, height: number): View {
  // Small panels have small margins.
  const margin = Math.min(MARGIN, width / 20, height / 20);
  const available = (side: number) => Math.max(1, side - 2 * margin);
  const scale = Math.min(
    1.15,
    available(width) / (bounds.width || 1),
    available(height) / (bounds.height || 1),
  );
  return {
    scale,
    x: width / 2 - (bounds.x + bounds.width / 2) * scale,
    y: height / 2 - (bounds.y + bounds.height / 2) * scale,
  };
}

/** Below this scale, text is not readable. */
const READABLE = 0.7;

/** Centres a point, at a scale at which text is readable. */
export function centreOn(at: Point, scale: number, width: number, height: number): View {
  const near = Math.max(scale, READABLE);
  return { scale: near, x: width / 2 - at.x * near, y: height / 2 - at.y * near };
}

/**
 * Zooms by a factor; the point under the pointer stays in position.
 *
 * @param fitted the scale at which the whole drawing is visible
 */
export function zoomAt(view: View, factor: number, at: Point, fitted: number): View {
  const scale = Math.max(Math.min(SMALLEST, fitted), Math.min(LARGEST, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

/** Minimum distance from the border of the panel. */
const BORDER = 8;

/** Moves the drawing just far enough to make all of a part visible; returns the same view if it is visible. */
export function reveal(view: View, part: Rectangle, width: number, height: number): View {
  const moved = (start: number, length: number, available: number, at: number) =>
    Math.max(BORDER - start * view.scale, Math.min(available - BORDER - (start + length) * view.scale, at));
  const x = moved(part.x, part.width, width, view.x);
  const y = moved(part.y, part.height, height, view.y);
  return x === view.x && y === view.y ? view : { ...view, x, y };
}

/** Moves the drawing by an offset on screen. */
export const panBy = (view: View, dx: number, dy: number): View => ({
  ...view,
  x: view.x + dx,
  y: view.y + dy,
});

/** Converts a point of the screen to a point of the drawing. */
export const toDrawing = (view: View, at: Point): Point => ({
  x: (at.x - view.x) / view.scale,
  y: (at.y - view.y) / view.scale,
});

/** The part of the drawing that is visible in a panel of the given size. */
export const visibleArea = (view: View, width: number, height: number): Rectangle => ({
  x: -view.x / view.scale,
  y: -view.y / view.scale,
  width: width / view.scale,
  height: height / view.scale,
});

/** Formats a view for a URL: scale, x and y, without loss of precision. */
export const viewText = ({ scale, x, y }: View): string => [scale, x, y].join(',');

/** Parses a view from a URL; undefined if it is not valid. */
export function readView(text: string | null): View | undefined {
  const [scale = Number.NaN, x = Number.NaN, y = Number.NaN, ...others] = (text ?? '').split(',').map(Number);
  const isView = Number.isFinite(x) && Number.isFinite(y) && scale >= LEAST && scale <= LARGEST;
  return isView && others.length === 0 ? { scale, x, y } : undefined;
}
