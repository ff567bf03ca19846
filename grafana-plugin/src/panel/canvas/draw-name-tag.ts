import { shorten } from '../../graph/display/text/shorten.ts';
import type { Point } from '../../graph/geometry/rectangle.ts';
import type { Look } from './draw-display.ts';

/** In pixels on screen. */
const SIZE = 11;
const HEIGHT = 16;
const WIDEST = 160;
const GAP = 3;
const PADDING = 4;

/** Writes a name right of a point, with the same size on screen at every scale. */
export function drawNameTag(
  context: CanvasRenderingContext2D,
  name: string,
  { x, y }: Point,
  { palette, scale }: Pick<Look, 'palette' | 'scale'>,
): void {
  const text = shorten(name, WIDEST, palette.measure.subtitle);
  const width = palette.measure.subtitle(text) + 2 * PADDING;
  context.beginPath();
  context.roundRect(x + GAP / scale, y - HEIGHT / 2 / scale, width / scale, HEIGHT / scale, 3 / scale);
  context.fillStyle = palette.background;
  context.fill();
  context.font = palette.fonts.subtitle.replace('11px', `${SIZE / scale}px`);
  context.fillStyle = palette.text;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(text, x + (GAP + PADDING) / scale, y);
}
