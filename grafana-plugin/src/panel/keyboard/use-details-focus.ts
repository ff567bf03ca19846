import { type RefObject, useCallback, useLayoutEffect, useRef } from 'react';

/** Brings the keyboard into the details that it opened, and back to where it was. */
export interface DetailsFocus {
  readonly box: RefObject<HTMLDivElement | null>;
  /** To be called before details are opened. */
  readonly enter: () => void;
  /** To be called before details are closed. */
  readonly leave: () => void;
}

/** @param fallback where the keyboard goes when what it came from is no longer there */
export function useDetailsFocus(fallback: RefObject<HTMLElement | null>): DetailsFocus {
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLElement>(undefined);
  const isWanted = useRef(false);
  // Details are there once they are rendered, which may be a render later.
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
