import { type RefObject, useLayoutEffect, useState } from 'react';

/**
 * The step to which an element must fold so that its content fits: from 0 upwards until it does. A new width starts
 * again at 0.
 *
 * @param most the last step
 */
export function useFold(element: RefObject<HTMLElement | null>, width: number, most: number): number {
  const [last, setLast] = useState({ width, step: 0 });
  const step = last.width === width ? last.step : 0;
  // At each render, as the content may have grown, and before the browser paints.
  useLayoutEffect(() => {
    if (!element.current || step >= most) return;
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element.current;
    if (scrollWidth > clientWidth || scrollHeight > clientHeight) setLast({ width, step: step + 1 });
  });
  return step;
}
