import type { View } from '../../graph/display/view/view.ts';

/** A size in CSS pixels, with the number of device pixels in each. */
export interface CanvasSize {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
}

/** Draws a picture for a view on an empty canvas, in steps. */
export type Paint = (context: CanvasRenderingContext2D, view: View, size: CanvasSize) => Generator<void>;

/** A picture that may take several frames to draw. Until a new one is ready, the last one moves with the view. */
export interface MovingPicture {
  /**
   * Draws until a time (of `performance.now()`), at least one step. Returns whether the picture is complete.
   *
   * @param paint the same function as before unless its content has changed
   */
  draw(paint: Paint, view: View, size: CanvasSize, until: number): boolean;
  /** Copies the last complete picture to a canvas, positioned for a view. */
  show(context: CanvasRenderingContext2D, view: View): void;
}

/** Margin in pixels around the visible part, so that it is already drawn when it scrolls into view. */
const MARGIN = 96;

interface Shot {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  readonly paint: Paint;
  readonly view: View;
  readonly size: CanvasSize;
}

/** Keeps the last complete picture and the one being drawn. */
export function createMovingPicture(): MovingPicture {
  let ready: Shot | undefined;
  let next: (Shot & { readonly steps: Generator<void> }) | undefined;
  /** A spare canvas. */
  let spare: HTMLCanvasElement | undefined;

  const begin = (paint: Paint, view: View, size: CanvasSize): typeof next => {
    const canvas = next?.canvas ?? spare ?? document.createElement('canvas');
    spare = undefined;
    const [width, height] = [size.width + 2 * MARGIN, size.height + 2 * MARGIN];
    canvas.width = Math.round(width * size.pixelRatio);
    canvas.height = Math.round(height * size.pixelRatio);
    // A GPU canvas would defer all steps until the picture is shown, and run them at once then.
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return undefined;
    const shifted = { ...view, x: view.x + MARGIN, y: view.y + MARGIN };
    const steps = paint(context, shifted, { ...size, width, height });
    return { canvas, context, paint, view, size, steps };
  };

  return {
    draw(paint, view, size, until) {
      if (ready && isOf(ready, paint, size) && isSame(ready.view, view)) {
        next = undefined;
        return true;
      }
      // A picture begun for another view is finished: otherwise none would be while the user moves.
      if (!next || !isOf(next, paint, size)) next = begin(paint, view, size);
      if (!next) return true;
      for (;;) {
        const { done } = next.steps.next();
        // Browsers defer drawing; reading a pixel forces it now, within the time limit.
        next.context.getImageData(0, 0, 1, 1);
        if (done) break;
        if (performance.now() >= until) return false;
      }
      spare = ready?.canvas;
      ready = next;
      next = undefined;
      return isSame(ready.view, view);
    },
    show(context, view) {
      if (!ready) return;
      const { canvas, size } = ready;
      const ratio = view.scale / ready.view.scale;
      const position = (own: number, was: number) => own - (was + MARGIN) * ratio;
      context.drawImage(
        canvas,
        position(view.x, ready.view.x),
        position(view.y, ready.view.y),
        (canvas.width / size.pixelRatio) * ratio,
        (canvas.height / size.pixelRatio) * ratio,
      );
    },
  };
}

const isOf = (shot: Shot, paint: Paint, size: CanvasSize): boolean =>
  shot.paint === paint &&
  shot.size.width === size.width &&
  shot.size.height === size.height &&
  shot.size.pixelRatio === size.pixelRatio;

const isSame = (a: View, b: View): boolean => a.x === b.x && a.y === b.y && a.scale === b.scale;
