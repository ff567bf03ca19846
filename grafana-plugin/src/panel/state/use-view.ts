import { type RefObject, useCallback, useEffect, useMemo, useState } from 'react';
import { centreOn, fitView, panBy, reveal, type View, zoomAt } from '../../graph/display/view/view.ts';
import type { Point, Rectangle } from '../../graph/geometry/rectangle.ts';
import type { OwnView } from './use-own-view.ts';

/** The part of the drawing on screen, and ways to change it. */
export interface ViewControl {
  /** Where the drawing last stood still. */
  readonly view: View;
  /** Where it is right now, while it is moved. */
  readonly live: () => View;
  /** Tells of each move; returns how to stop that. */
  readonly onMove: (listener: () => void) => () => void;
  /** Takes `view` for where the drawing is right now; for whoever draws, before that. */
  readonly settle: () => void;
  readonly fit: () => void;
  /** Brings a point of the drawing to the middle, at a scale at which it can be read. */
  readonly centre: (at: Point) => void;
  /** Shows all of a part of the drawing. */
  readonly show: (part: Rectangle) => void;
  /** Keeps the view as it is, whatever becomes of the drawing. */
  readonly hold: () => void;
  readonly pan: (dx: number, dy: number) => void;
  /** Zooms by a factor, around the middle. */
  readonly zoom: (factor: number) => void;
  /** Brings a part of the drawing into sight, if it is not. */
  readonly reveal: (part: Rectangle) => void;
}

const WHEEL_SPEED = 0.0015;
/** After so many milliseconds without a move the drawing stands still. */
const STANDSTILL = 120;

/** Fits the drawing until the user moves it; from then on the view is theirs, and no refresh touches it. */
export function useView(
  canvas: RefObject<HTMLCanvasElement | null>,
  bounds: Rectangle,
  width: number,
  height: number,
  [own, setOwn]: OwnView,
): ViewControl {
  const { x, y, width: w, height: h } = bounds;
  const fitted = useMemo(
    () => fitView({ x, y, width: w, height: h }, width, height),
    [x, y, w, h, width, height],
  );
  const view = own ?? fitted;
  const [moves] = useState(() => createMoves(view));
  const { live, onMove } = moves;
  const settle = useCallback(() => moves.settle(view), [moves, view]);
  // Whoever has gone to another page moves nothing there.
  useEffect(() => moves.stop, [moves]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    // React listens to the wheel passively, so that the page would scroll along.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
      moves.move(zoomAt(live(), Math.exp(-pixels * WHEEL_SPEED), at, fitted.scale), setOwn);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [canvas, fitted, moves, live, setOwn]);

  const go = (to: View | undefined) => {
    moves.jump(to ?? fitted);
    setOwn(to);
  };
  return {
    view,
    live,
    onMove,
    settle,
    fit: () => go(undefined),
    centre: (at) => go(centreOn(at, live().scale, width, height)),
    show: (part) => go(fitView(part, width, height)),
    hold: () => go(live()),
    pan: (dx, dy) => moves.move(panBy(live(), dx, dy), setOwn),
    zoom: (factor) =>
      moves.move(zoomAt(live(), factor, { x: width / 2, y: height / 2 }, fitted.scale), setOwn),
    reveal(part) {
      const next = reveal(live(), part, width, height);
      if (next !== live()) go(next);
    },
  };
}

/** The view from move to move. React is told once it stands still: a render for each would not keep up. */
function createMoves(first: View) {
  let view = first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();
  const set = (next: View) => {
    view = next;
    for (const listener of listeners) listener();
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    live: () => view,
    onMove(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    move(next: View, atStandstill: (view: View) => void) {
      set(next);
      stop();
      timer = setTimeout(() => {
        timer = undefined;
        atStandstill(view);
      }, STANDSTILL);
    },
    jump(next: View) {
      stop();
      set(next);
    },
    /** Forgets a move that is under way. */
    stop,
    /** Takes what React has, unless a move is under way. */
    settle(next: View) {
      if (timer === undefined && next !== view) set(next);
    },
  };
}
