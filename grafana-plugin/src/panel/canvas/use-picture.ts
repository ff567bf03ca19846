import { type RefObject, useEffect, useLayoutEffect, useMemo, useState } from 'react';
import type { Drawing } from '../../graph/display/drawing.ts';
import type { Neighbourhood } from '../../graph/display/neighbourhood.ts';
import type { View } from '../../graph/display/view/view.ts';
import type { ViewControl } from '../state/use-view.ts';
import { drawScene } from './draw-scene.ts';
import { createMovingPicture, type Paint } from './moving-picture.ts';
import type { Palette } from './palette.ts';

interface PictureContent {
  readonly drawing: Drawing;
  readonly palette: Palette;
  /** The highlighted part; undefined: none. */
  readonly focus: Neighbourhood | undefined;
  readonly width: number;
  readonly height: number;
}

/** Milliseconds per frame for drawing; the rest is for the page. */
const MOVING = 5;
const STILL = 12;
/** Opacity of the rest while a part is highlighted. */
const FADED = 0.28;

/**
 * Draws on a canvas, frame by frame, and follows the view without React renders. The highlighted part is a picture of
 * its own above the whole: hovering draws little, however large the graph.
 */
export function usePicture(
  canvas: RefObject<HTMLCanvasElement | null>,
  content: PictureContent,
  control: ViewControl,
): void {
  const { drawing, palette, focus, width, height } = content;
  const { live, onMove, settle } = control;
  const [pictures] = useState(() => ({ whole: createMovingPicture(), focus: createMovingPicture() }));
  const paintWhole = useMemo(() => paintOf(drawing, palette), [drawing, palette]);
  const paintFocus = useMemo(() => focus && paintOf(drawing, palette, focus), [drawing, palette, focus]);

  const [frames] = useState(createFrames);
  // First of all: otherwise a new drawing would be drawn in the old view, and then again.
  useLayoutEffect(settle, [settle]);
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const pixelRatio = window.devicePixelRatio || 1;
    const size = { width, height, pixelRatio };
    const [pixelsWide, pixelsHigh] = [Math.round(width * pixelRatio), Math.round(height * pixelRatio)];
    // Setting a size clears the bitmap, even if it is the same size.
    if (element.width !== pixelsWide) element.width = pixelsWide;
    if (element.height !== pixelsHigh) element.height = pixelsHigh;
    let last: View | undefined;

    const draw = () => {
      const view = live();
      const until = performance.now() + (view === last ? STILL : MOVING);
      last = view;
      const isWhole = pictures.whole.draw(paintWhole, view, size, until);
      const isReady = !paintFocus || pictures.focus.draw(paintFocus, view, size, until);
      context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
      context.clearRect(0, 0, width, height);
      context.globalAlpha = paintFocus ? FADED : 1;
      pictures.whole.show(context, view);
      context.globalAlpha = 1;
      if (paintFocus) pictures.focus.show(context, view);
      element.dataset.detail = drawing.detailAt(view.scale);
      element.dataset.drawn = `${isWhole && isReady}`;
      if (!isWhole || !isReady) frames.request(draw);
    };
    draw();
    return onMove(() => frames.request(draw));
  }, [canvas, drawing, paintWhole, paintFocus, width, height, pictures, frames, live, onMove]);
  useEffect(() => frames.cancel, [frames]);
}

const paintOf =
  (drawing: Drawing, palette: Palette, only?: Neighbourhood): Paint =>
  (context, view, size) =>
    drawScene(context, { drawing, palette, view }, size, only);

/** Requests at most one animation frame at a time; it runs the last callback. */
function createFrames(): { request(draw: () => void): void; cancel(): void } {
  let wanted: number | undefined;
  let latest = () => {};
  return {
    request(draw) {
      latest = draw;
      wanted ??= requestAnimationFrame(() => {
        wanted = undefined;
        latest();
      });
    },
    cancel() {
      if (wanted !== undefined) cancelAnimationFrame(wanted);
      wanted = undefined;
    },
  };
}
