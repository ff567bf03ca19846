import type { Drawing } from '../../graph/display/drawing.ts';
import { drawScene } from './draw-scene.ts';
import type { Palette } from './palette.ts';

const MARGIN = 24;
/** Device pixels per unit of the drawing, for high-density screens. */
const SHARP = 2;
/** Browsers refuse larger canvases. */
const LONGEST_SIDE = 8192;

/** The whole drawing as a PNG image, whatever part is on screen; scaled down if it is large. */
export async function toPng(drawing: Drawing, palette: Palette): Promise<Blob> {
  const { x, y, width, height } = drawing.bounds;
  const longest = Math.max(width, height) + 2 * MARGIN;
  const pixelRatio = Math.max(1, Math.min(SHARP, LONGEST_SIDE / longest));
  const scale = Math.min(1, LONGEST_SIDE / longest);
  const size = { width: (width + 2 * MARGIN) * scale, height: (height + 2 * MARGIN) * scale, pixelRatio };
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(size.width * pixelRatio);
  canvas.height = Math.ceil(size.height * pixelRatio);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no canvas to draw an image on');
  const view = { scale, x: (MARGIN - x) * scale, y: (MARGIN - y) * scale };
  for (const _ of drawScene(context, { drawing, palette, view }, size));
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
