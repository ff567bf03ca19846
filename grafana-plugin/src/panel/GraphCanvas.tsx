import { css } from '@emotion/css';
import { type PointerEvent, type RefObject, useLayoutEffect, useRef } from 'react';
import type { DisplayList } from '../graph/display/display-list.ts';
import { hitTest, type Target } from '../graph/display/hit-test.ts';
import { type Neighbourhood, neighbourhood } from '../graph/display/neighbourhood.ts';
import { toDrawing } from '../graph/display/view.ts';
import { drawDisplay } from './draw-display.ts';
import type { Palette } from './palette.ts';
import type { ViewControl } from './use-view.ts';

/** What the pointer is at, and where in the panel. */
export interface Hover {
  readonly target: Target;
  readonly x: number;
  readonly y: number;
}

interface Props {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly display: DisplayList;
  readonly palette: Palette;
  readonly control: ViewControl;
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly focus: Target | undefined;
  /** What to bring out while nothing has the focus. */
  readonly matches: Neighbourhood | undefined;
  readonly onHover: (hover: Hover | undefined) => void;
  readonly onPick: (target: Target | undefined) => void;
}

/** Pixels that the pointer may be off a curve, and may move during a click. */
const TOLERANCE = 5;

/** The drawing: hover and click tell what they met, a drag moves it, the wheel zooms. */
export function GraphCanvas(props: Props) {
  const { canvas, display, palette, control, width, height, focus, matches } = props;
  const { view } = control;
  const drag = useRef<{ x: number; y: number; moved: boolean }>(undefined);

  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const pixelRatio = window.devicePixelRatio || 1;
    const [pixelsWide, pixelsHigh] = [Math.round(width * pixelRatio), Math.round(height * pixelRatio)];
    // Setting a size drops the bitmap, even if it is the same.
    if (element.width !== pixelsWide) element.width = pixelsWide;
    if (element.height !== pixelsHigh) element.height = pixelsHigh;
    const near = focus ? neighbourhood(display, focus) : matches;
    drawDisplay(context, { display, palette, view, focus: near }, { width, height, pixelRatio });
  }, [canvas, display, palette, view, focus, matches, width, height]);

  const hit = (event: PointerEvent): Hover | undefined => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const target = hitTest(display, toDrawing(view, { x, y }), TOLERANCE / view.scale);
    return target && { target, x, y };
  };
  const onPointerMove = (event: PointerEvent) => {
    const last = drag.current;
    if (!last) return props.onHover(hit(event));
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    if (!last.moved && Math.hypot(dx, dy) < TOLERANCE) return;
    drag.current = { x: event.clientX, y: event.clientY, moved: true };
    control.pan(dx, dy);
    props.onHover(undefined);
  };
  const onPointerUp = (event: PointerEvent) => {
    if (drag.current && !drag.current.moved) props.onPick(hit(event)?.target);
    drag.current = undefined;
  };

  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={props.label}
      data-testid="musubi-canvas"
      data-frames={display.frames.length}
      className={styles}
      style={{ width, height, cursor: focus ? 'pointer' : 'grab' }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, y: event.clientY, moved: false };
      }}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        drag.current = undefined;
      }}
      onPointerLeave={() => props.onHover(undefined)}
    />
  );
}

const styles = css({ display: 'block', touchAction: 'none' });
