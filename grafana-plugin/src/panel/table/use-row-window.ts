import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

/** Height of each row in pixels: fixed, so that rows out of sight need not be rendered. */
export const ROW_HEIGHT = 28;

/** Rows beyond the visible ones, so that scrolling shows no gap. */
const SPARE = 10;
/** Rows of an invisible table, around the focused one. */
const UNSEEN = 100;

/** The rendered rows of a long table, and the focused one. */
export interface RowWindow {
  /** Indexes of the rows, ascending. */
  readonly rows: readonly number[];
  /** The row at which the tab key arrives. */
  readonly at: number;
  readonly pane: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
  /** For the element that contains the rows. */
  readonly onFocus: (event: FocusEvent) => void;
  readonly onBlur: () => void;
  /** Arrow keys, Page Up and Down, Home and End move between rows: one tab stop for the whole table. */
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/**
 * Renders only the visible rows of a table and the focused one. Row `n` has the attribute `data-row="n"`; its button
 * takes the focus.
 *
 * @param keys of all rows: the focus stays with its row when the order changes
 * @param height of the pane; 0 if the table is for screen readers only
 */
export function useRowWindow(keys: readonly string[], height: number): RowWindow {
  const pane = useRef<HTMLDivElement>(null);
  const hasFocus = useRef(false);
  const [current, setCurrent] = useState<string>();
  const [first, setFirst] = useState(0);
  const at = Math.max(0, current === undefined ? 0 : keys.indexOf(current));
  const pageful = Math.ceil(height / ROW_HEIGHT);
  const rows =
    height > 0
      ? windowOf(keys.length, first - SPARE, pageful + 2 * SPARE, at)
      : windowOf(keys.length, Math.min(at - UNSEEN / 2, keys.length - UNSEEN), UNSEEN, at);

  useLayoutEffect(() => {
    if (!hasFocus.current) return;
    const row = pane.current?.querySelector(`[data-row="${at}"]`);
    row?.querySelector('button')?.focus({ preventScroll: true });
    if (height > 0) row?.scrollIntoView({ block: 'nearest' });
  }, [at, height]);

  return {
    rows,
    at,
    pane,
    onScroll: () => setFirst(Math.floor((pane.current?.scrollTop ?? 0) / ROW_HEIGHT)),
    onFocus: ({ target }) => {
      hasFocus.current = true;
      setCurrent(keys[Number(target.closest('[data-row]')?.getAttribute('data-row'))]);
    },
    onBlur: () => {
      hasFocus.current = false;
    },
    onKeyDown: (event) => {
      const page = Math.max(1, pageful - 2);
      const to = {
        ArrowDown: at + 1,
        ArrowUp: at - 1,
        PageDown: at + page,
        PageUp: at - page,
        Home: 0,
        End: keys.length - 1,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      setCurrent(keys[Math.max(0, Math.min(keys.length - 1, to))]);
    },
  };
}

/** At most `size` indexes from `start` on, within `0 … count - 1`; `kept` is always among them. */
export function windowOf(count: number, start: number, size: number, kept: number): number[] {
  const from = Math.max(0, Math.min(start, count - 1));
  const rows = Array.from({ length: Math.min(count, from + size) - from }, (_, i) => from + i);
  if (kept < from) return [kept, ...rows];
  return kept >= from + rows.length && kept < count ? [...rows, kept] : rows;
}
