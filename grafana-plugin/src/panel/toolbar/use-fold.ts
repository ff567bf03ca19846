import { type RefObject, useLayoutEffect, useState } from 'react';

/**
 * How far an element is to be folded so that what is in it fits: from 0, one step more as long as it does not. A new
 * width starts anew.
 *
 * @param most the last step
 */
export function useFold(element: RefObject<HTMLElement | null>, width: number, most: number): number {
  const [last, setLast] = useState({ width, step: 0 });
  const step = last.width === width ? last.step : 0;
  // At each rendering: what is in it may have become more. It is done before anything is painted.
  useLayoutEffect(() => {
    if (!element.current || step >= most) return;
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element.current;
    if (scrollWidth > clientWidth || scrollHeight > clientHeight) setLast({ width, step: step + 1 });
  });
  return step;
}
