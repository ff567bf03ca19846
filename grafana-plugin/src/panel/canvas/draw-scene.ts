import type { Drawing } from '../../graph/display/drawing.ts';
import type { Neighbourhood } from '../../graph/display/neighbourhood.ts';
import { type View, visibleArea } from '../../graph/display/view/view.ts';
import { drawDisplay } from './draw-display.ts';
import { drawDots } from './draw-dots.ts';
import { drawTiles } from './draw-tiles.ts';
import type { CanvasSize } from './moving-picture.ts';
import type { Palette } from './palette.ts';

/** What to draw, how, and from where. */
export interface Scene {
  readonly drawing: Drawing;
  readonly palette: Palette;
  readonly view: View;
}

/**
 * Draws a scene on an empty canvas in steps, so that the caller can do other work in between.
 *
 * @param only the highlighted part, drawn alone; undefined: everything
 */
export function* drawScene(
  context: CanvasRenderingContext2D,
  { drawing, palette, view }: Scene,
  { width, height, pixelRatio }: CanvasSize,
  only?: Neighbourhood,
): Generator<void> {
  const scale = view.scale * pixelRatio;
  context.setTransform(scale, 0, 0, scale, view.x * pixelRatio, view.y * pixelRatio);
  const seen = visibleArea(view, width, height);
  const look = { palette, scale: view.scale, seen, only, pixel: 1 / scale };
  switch (drawing.detailAt(view.scale)) {
    case 'cards':
      return yield* drawDisplay(context, drawing.near(seen), look);
    case 'dots':
      return yield* drawDots(context, drawing, look);
    case 'tiles':
      return yield* drawTiles(context, drawing, look);
  }
}
