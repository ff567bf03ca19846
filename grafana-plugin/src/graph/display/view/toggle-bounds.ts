import type { Rectangle } from '../../geometry/rectangle.ts';
import { GROUP_TITLE } from '../../layout/groups/group-boxes.ts';

/** Font size of names drawn from afar, in pixels on screen. */
export const FAR_TEXT = 10.5;
/** Minimum size of a click target in pixels on screen, where space allows. */
const LEAST_SIDE = 16;
const MARGIN = 4;

/** The font size of a frame's title: as large on screen as space allows. */
export const frameTitleSize = (scale: number): number =>
  Math.max(13, Math.min(FAR_TEXT / scale, GROUP_TITLE));

/** The button that collapses a frame: a square before its title. */
export function collapseBounds(frame: Rectangle, scale: number): Rectangle {
  const side = Math.max(18, frameTitleSize(scale));
  return { x: frame.x + MARGIN, y: frame.y + 6 + (GROUP_TITLE - side) / 2, width: side, height: side };
}

/** The button that expands a collapsed group: a square at the right of its card. */
export function expandBounds({ x, y, width, height }: Rectangle, scale: number): Rectangle {
  const side = Math.min(height, Math.max(18, LEAST_SIDE / scale));
  return { x: x + width - side - 2, y: y + (height - side) / 2, width: side, height: side };
}
