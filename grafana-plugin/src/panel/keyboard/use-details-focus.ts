import { type RefObject, useCallback, useLayoutEffect, useRef } from 'react';

/** Moves the focus into details that were opened by keyboard, and back. */
export interface DetailsFocus {
  readonly box: RefObject<HTMLDivElement | null>;
  /** To be called before details are opened. */
  readonly enter: () => void;
  /** To be called before details are closed. */
  readonly leave: () => void;
}

/** @param fallback takes the focus if the element that had it before is gone */
export function useDetailsFocus(fallback: RefObject<HTMLElement | null>): DetailsFocus {
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLElement>(undefined);
  const isWanted = useRef(false);
  // Details may be rendered one render later.
  useLayoutEffect(() => {
    if (!isWanted.current || !box.current) return;
    isWanted.current = false;
    box.current.focus();
  });
  const enter = useCallback(() => {
    const { activeElement } = document;
    if (activeElement instanceof HTMLElement && !box.current?.contains(activeElement)) {
      opener.current = activeElement;
    }
    isWanted.current = true;
  }, []);
  const leave = useCallback(() => {
    isWanted.current = false;
    if (!box.current?.contains(document.activeElement)) return;
    const back = opener.current?.isConnected ? opener.current : fallback.current;
    back?.focus({ preventScroll: true });
  }, [fallback]);
  return { box, enter, leave };
}
