import { css } from '@emotion/css';
import { type PointerEvent, type RefObject, useLayoutEffect, useRef } from 'react';
import type { Card, DisplayList } from '../graph/display/display-list.ts';
import { hitTest, type Target } from '../graph/display/hit-test.ts';
import { type Neighbourhood, neighbourhood } from '../graph/display/neighbourhood.ts';
import { toDrawing, type View } from '../graph/display/view.ts';
import type { Point } from '../graph/layout/layout-graph.ts';
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
  readonly focus: Target | undefined;
  /** What to bring out while nothing has the focus. */
  readonly matches: Neighbourhood | undefined;
  readonly onHover: (hover: Hover | undefined) => void;
  /** A node was put somewhere: its corner, in the drawing. */
  readonly onPut: (key: string, corner: Point) => void;
  readonly onPick: (target: Target | undefined) => void;
}

interface Drag {
  /** Where the pointer was. */
  readonly x: number;
  readonly y: number;
  readonly moved: boolean;
  /** What is dragged; else it is the drawing. */
  readonly card?: Card;
}

/** Pixels that the pointer may be off a curve, and may move during a click. */
const TOLERANCE = 5;

/** The drawing: hover and click tell what they met, a drag moves it, the wheel zooms. */
export function GraphCanvas(props: Props) {
  const { canvas, display, palette, control, width, height, focus, matches } = props;
  const { view } = control;
  const drag = useRef<Drag>(undefined);
  const outline = useRef<HTMLDivElement>(null);

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
    props.onHover(undefined);
    if (last.card) {
      drag.current = { ...last, moved: true };
      placeOutline(outline.current, last.card, view, { x: dx, y: dy });
      return;
    }
    drag.current = { x: event.clientX, y: event.clientY, moved: true };
    control.pan(dx, dy);
  };
  const endDrag = () => {
    drag.current = undefined;
    if (outline.current) outline.current.hidden = true;
  };
  const onPointerUp = (event: PointerEvent) => {
    const last = drag.current;
    endDrag();
    if (last && !last.moved) return props.onPick(hit(event)?.target);
    if (!last?.card) return;
    const { key, x, y } = last.card;
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    props.onPut(key, { x: Math.round(x + dx / view.scale), y: Math.round(y + dy / view.scale) });
  };

  return (
    <>
      <canvas
        ref={canvas}
        data-testid="musubi-canvas"
        data-cards={display.cards.length}
        data-frames={display.frames.length}
        className={styles}
        style={{ width, height, cursor: focus ? 'pointer' : 'grab' }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const target = hit(event)?.target;
          const card = target && display.cards.find(({ key }) => key === target.key);
          drag.current = { x: event.clientX, y: event.clientY, moved: false, ...(card && { card }) };
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={endDrag}
        onPointerLeave={() => props.onHover(undefined)}
      />
      <div ref={outline} className={outlined} style={{ borderColor: palette.accent }} hidden />
    </>
  );
}

/** Shows where a card would stand. */
function placeOutline(outline: HTMLDivElement | null, card: Card, view: View, moved: Point): void {
  if (!outline) return;
  outline.hidden = false;
  outline.style.left = `${card.x * view.scale + view.x + moved.x}px`;
  outline.style.top = `${card.y * view.scale + view.y + moved.y}px`;
  outline.style.width = `${card.width * view.scale}px`;
  outline.style.height = `${card.height * view.scale}px`;
}

const outlined = css({ position: 'absolute', border: '2px dashed', borderRadius: 6, pointerEvents: 'none' });
const styles = css({ display: 'block', touchAction: 'none' });
