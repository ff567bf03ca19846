import { type Dispatch, type RefObject, type SetStateAction, useEffect, useMemo } from 'react';
import type { DisplayList } from '../graph/display/display-list.ts';
import { centreOn, fitView, panBy, reveal, type View, zoomAt } from '../graph/display/view.ts';
import type { Point } from '../graph/layout/layout-graph.ts';
import type { Rectangle } from '../graph/occupancy.ts';

/** The part of the drawing on screen, and ways to change it. */
export interface ViewControl {
  readonly view: View;
  readonly fit: () => void;
  /** Brings a point of the drawing to the middle, at a scale at which it can be read. */
  readonly centre: (at: Point) => void;
  /** Keeps the view as it is, whatever becomes of the drawing. */
  readonly hold: () => void;
  readonly pan: (dx: number, dy: number) => void;
  /** Zooms by a factor, around the middle. */
  readonly zoom: (factor: number) => void;
  /** Brings a part of the drawing into sight, if it is not. */
  readonly reveal: (part: Rectangle) => void;
}

/** The user's own view, undefined until they move the drawing; kept by whoever outlives the drawing. */
export type OwnView = readonly [View | undefined, Dispatch<SetStateAction<View | undefined>>];

const WHEEL_SPEED = 0.0015;

/** Fits the drawing until the user moves it; from then on the view is theirs, and no refresh touches it. */
export function useView(
  canvas: RefObject<HTMLCanvasElement | null>,
  { bounds }: DisplayList,
  width: number,
  height: number,
  [own, setOwn]: OwnView,
): ViewControl {
  const { x, y, width: w, height: h } = bounds;
  const fitted = useMemo(
    () => fitView({ x, y, width: w, height: h }, width, height),
    [x, y, w, h, width, height],
  );

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    // React listens to the wheel passively, so that the page would scroll along.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
      setOwn((view) => zoomAt(view ?? fitted, Math.exp(-pixels * WHEEL_SPEED), at));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [canvas, fitted, setOwn]);

  return {
    view: own ?? fitted,
    fit: () => setOwn(undefined),
    centre: (at) => setOwn((view) => centreOn(at, (view ?? fitted).scale, width, height)),
    hold: () => setOwn((view) => view ?? fitted),
    pan: (dx, dy) => setOwn((view) => panBy(view ?? fitted, dx, dy)),
    zoom: (factor) => setOwn((view) => zoomAt(view ?? fitted, factor, { x: width / 2, y: height / 2 })),
    reveal: (part) =>
      setOwn((view) => {
        const next = reveal(view ?? fitted, part, width, height);
        return next === fitted ? view : next;
      }),
  };
}
