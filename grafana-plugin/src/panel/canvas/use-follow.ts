import { css } from '@emotion/css';
import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { ViewControl } from '../state/use-view.ts';

/** Moves a layer together with the drawing below; its content is positioned when the view comes to rest. */
export function useFollow({ view, live, onMove }: Pick<ViewControl, 'view' | 'live' | 'onMove'>): {
  readonly layer: RefObject<HTMLDivElement | null>;
  readonly className: string;
} {
  const layer = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const follow = () => {
      const { x, y, scale } = live();
      const ratio = scale / view.scale;
      const moved = `translate(${x - view.x * ratio}px, ${y - view.y * ratio}px) scale(${ratio})`;
      if (layer.current) layer.current.style.transform = moved;
    };
    follow();
    return onMove(follow);
  }, [view, live, onMove]);
  return { layer, className: following };
}

const following = css({ position: 'absolute', top: 0, left: 0, transformOrigin: '0 0' });
