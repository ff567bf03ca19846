import { type RefObject, useCallback, useEffect, useMemo, useState } from 'react';
import { centreOn, fitView, panBy, reveal, type View, zoomAt } from '../../graph/display/view/view.ts';
import type { Point, Rectangle } from '../../graph/geometry/rectangle.ts';
import type { UserView } from './use-user-view.ts';

/** The visible part of the drawing, and ways to change it. */
export interface ViewControl {
  /** The view when it last came to rest. */
  readonly view: View;
  /** The current view, also during a move. */
  readonly live: () => View;
  /** Calls the listener for each move; returns a function that removes it. */
  readonly onMove: (listener: () => void) => () => void;
  /** Makes `view` the current view; to be called before drawing. */
  readonly settle: () => void;
  readonly fit: () => void;
  /** Centres a point of the drawing, at a readable scale. */
  readonly centre: (at: Point) => void;
  /** Fits a part of the drawing. */
  readonly show: (part: Rectangle) => void;
  /** Keeps the view as it is, even if the drawing changes. */
  readonly hold: () => void;
  readonly pan: (dx: number, dy: number) => void;
  /** Zooms by a factor, around the middle. */
  readonly zoom: (factor: number) => void;
  /** Scrolls a part of the drawing into view, if needed. */
  readonly reveal: (part: Rectangle) => void;
}

const WHEEL_SPEED = 0.0015;
/** Milliseconds without a move after which the view is at rest. */
const STANDSTILL = 120;

/** Fits the drawing until the user moves it; from then on no refresh changes the view. */
export function useView(
  canvas: RefObject<HTMLCanvasElement | null>,
  bounds: Rectangle,
  width: number,
  height: number,
  [chosen, setChosen]: UserView,
): ViewControl {
  const { x, y, width: w, height: h } = bounds;
  const fitted = useMemo(
    () => fitView({ x, y, width: w, height: h }, width, height),
    [x, y, w, h, width, height],
  );
  const view = chosen ?? fitted;
  const [moves] = useState(() => createMoves(view));
  const { live, onMove } = moves;
  const settle = useCallback(() => moves.settle(view), [moves, view]);
  // A pending move must not change the address of another page.
  useEffect(() => moves.stop, [moves]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    // React's wheel listener is passive, so that the page would scroll too.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
      moves.move(zoomAt(live(), Math.exp(-pixels * WHEEL_SPEED), at, fitted.scale), setChosen);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [canvas, fitted, moves, live, setChosen]);

  const go = (to: View | undefined) => {
    moves.jump(to ?? fitted);
    setChosen(to);
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
    pan: (dx, dy) => moves.move(panBy(live(), dx, dy), setChosen),
    zoom: (factor) =>
      moves.move(zoomAt(live(), factor, { x: width / 2, y: height / 2 }, fitted.scale), setChosen),
    reveal(part) {
      const next = reveal(live(), part, width, height);
      if (next !== live()) go(next);
    },
  };
}

/** The view during moves. React gets it only at rest: a render for each move would be too slow. */
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
    /** Drops a pending move. */
    stop,
    /** Adopts React's view, unless a move is pending. */
    settle(next: View) {
      if (timer === undefined && next !== view) set(next);
    },
  };
}
