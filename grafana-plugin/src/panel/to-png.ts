import type { DisplayList } from '../graph/display/display-list.ts';
import { drawDisplay } from './draw-display.ts';
import type { Palette } from './palette.ts';

const MARGIN = 24;
/** Pixels for each of the drawing, for screens of today. */
const SHARP = 2;
/** Browsers refuse larger canvases. */
const LONGEST_SIDE = 8192;

/** The whole drawing as a PNG image, whatever part of it is on screen. */
export async function toPng(display: DisplayList, palette: Palette): Promise<Blob> {
  const { x, y, width, height } = display.bounds;
  const [wide, high] = [width + 2 * MARGIN, height + 2 * MARGIN];
  const pixelRatio = Math.min(SHARP, LONGEST_SIDE / Math.max(wide, high));
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(wide * pixelRatio);
  canvas.height = Math.ceil(high * pixelRatio);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no canvas to draw an image on');
  const view = { scale: 1, x: MARGIN - x, y: MARGIN - y };
  drawDisplay(
    context,
    { display, palette, view, focus: undefined },
    { width: wide, height: high, pixelRatio },
  );
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = palette.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) =>
      blob ? resolve(blob) : reject(new Error('the image is too large for this browser')),
    ),
  );
}
