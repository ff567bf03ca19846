import { css } from '@emotion/css';
import { type PointerEvent, type RefObject, useMemo, useRef } from 'react';
import type { Drawing } from '../../graph/display/drawing.ts';
import { boundsOf, elementAt, highlightFor } from '../../graph/display/element-at.ts';
import type { Neighbourhood } from '../../graph/display/neighbourhood.ts';
import type { View } from '../../graph/display/view/view.ts';
import type { Point, Rectangle } from '../../graph/geometry/rectangle.ts';
import type { GraphElement } from '../../graph/model/graph.ts';
import type { Hover } from '../state/use-selection.ts';
import type { ViewControl } from '../state/use-view.ts';
import type { Palette } from './palette.ts';
import { usePicture } from './use-picture.ts';

interface Props {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly drawing: Drawing;
  readonly palette: Palette;
  readonly control: ViewControl;
  readonly width: number;
  readonly height: number;
  readonly focus: GraphElement | undefined;
  /** The part to highlight while no target has the focus. */
  readonly matches: Neighbourhood | undefined;
  readonly onHover: (hover: Hover | undefined) => void;
  /** A node was moved: its corner, in the drawing. */
  readonly onPut: (key: string, corner: Point) => void;
  readonly onPick: (target: GraphElement | undefined) => void;
}

interface Drag {
  /** The last position of the pointer. */
  readonly x: number;
  readonly y: number;
  readonly moved: boolean;
  /** The dragged node and its bounds; undefined while the drawing is dragged. */
  readonly node?: { readonly key: string; readonly bounds: Rectangle };
}

/** Pixels that the pointer may move during a click. */
const TOLERANCE = 5;

/** The drawing: reports hover and click, moves by dragging, zooms with the wheel. */
export function GraphCanvas(props: Props) {
  const { canvas, drawing, palette, control, width, height, focus, matches } = props;
  const { live } = control;
  const drag = useRef<Drag>(undefined);
  const outline = useRef<HTMLDivElement>(null);
  const near = useMemo(() => (focus ? highlightFor(drawing, focus) : matches), [drawing, focus, matches]);
  usePicture(canvas, { drawing, palette, focus: near, width, height }, control);

  const hit = (event: PointerEvent): Hover | undefined => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const target = elementAt(drawing, live(), { width, height }, { x, y });
    return target && { target, x, y };
  };
  const onPointerMove = (event: PointerEvent) => {
    const last = drag.current;
    if (!last) return props.onHover(hit(event));
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    if (!last.moved && Math.hypot(dx, dy) < TOLERANCE) return;
    props.onHover(undefined);
    if (last.node) {
      drag.current = { ...last, moved: true };
      placeOutline(outline.current, last.node.bounds, live(), { x: dx, y: dy });
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
    if (!last?.node) return;
    const { key, bounds } = last.node;
    const { scale } = live();
    const [dx, dy] = [(event.clientX - last.x) / scale, (event.clientY - last.y) / scale];
    props.onPut(key, { x: Math.round(bounds.x + dx), y: Math.round(bounds.y + dy) });
  };

  return (
    <>
      <canvas
        ref={canvas}
        data-testid="musubi-canvas"
        data-cards={drawing.graph.nodes.length}
        data-frames={drawing.frames.groups.size}
        className={styles}
        style={{ width, height, cursor: focus ? 'pointer' : 'grab' }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const node = draggedNode(drawing, live(), hit(event)?.target);
          drag.current = { x: event.clientX, y: event.clientY, moved: false, ...(node && { node }) };
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

/** When zoomed out, where nodes are too small to aim at, a drag moves the drawing. */
function draggedNode(drawing: Drawing, view: View, target: GraphElement | undefined): Drag['node'] {
  if (target?.type !== 'node' || drawing.detailAt(view.scale) !== 'cards') return undefined;
  const bounds = boundsOf(drawing, target);
  return bounds && { key: target.key, bounds };
}

/** Shows the new position of a dragged node. */
function placeOutline(outline: HTMLDivElement | null, bounds: Rectangle, view: View, moved: Point): void {
  if (!outline) return;
  outline.hidden = false;
  outline.style.left = `${bounds.x * view.scale + view.x + moved.x}px`;
  outline.style.top = `${bounds.y * view.scale + view.y + moved.y}px`;
  outline.style.width = `${bounds.width * view.scale}px`;
  outline.style.height = `${bounds.height * view.scale}px`;
}

const outlined = css({ position: 'absolute', border: '2px dashed', borderRadius: 6, pointerEvents: 'none' });
const styles = css({ display: 'block', touchAction: 'none' });
