import { useCallback, useState } from 'react';
import type { DisplayList } from '../graph/display/display-list.ts';
import type { Target } from '../graph/display/hit-test.ts';
import type { GraphEdge } from '../graph/graph.ts';
import type { Hover } from './GraphCanvas.tsx';

/** What the user points at, has the keyboard on, or has pinned; all of it is in the drawing. */
export interface Selection {
  readonly pointed: Hover | undefined;
  readonly focused: Target | undefined;
  readonly pinned: Target | undefined;
  readonly onHover: (hover: Hover | undefined) => void;
  readonly onFocus: (edge: GraphEdge | undefined) => void;
  readonly pin: (target: Target | undefined) => void;
  readonly onPickRow: (edge: GraphEdge | undefined) => void;
}

const asTarget = (edge: GraphEdge): Target => ({ type: 'edge', key: edge.key });

/** Keeps what is selected. A refresh may take away what was pointed at or pinned. */
export function useSelection(
  display: DisplayList,
  pinned: Target | undefined,
  pin: (target: Target | undefined) => void,
): Selection {
  const [hover, setHover] = useState<Hover>();
  const [focused, setFocused] = useState<Target>();
  const onFocus = useCallback((edge: GraphEdge | undefined) => setFocused(edge && asTarget(edge)), []);
  const onPickRow = useCallback((edge: GraphEdge | undefined) => pin(edge && asTarget(edge)), [pin]);
  // The same target stays the same object: as long as the pointer is on it, nothing is drawn anew.
  const onHover = useCallback(
    (next: Hover | undefined) =>
      setHover((last) =>
        next && last && next.target.key === last.target.key ? { ...next, target: last.target } : next,
      ),
    [],
  );
  return {
    pointed: hover && ifDrawn(display, hover.target) && hover,
    focused: ifDrawn(display, focused),
    pinned: ifDrawn(display, pinned),
    onHover,
    onFocus,
    pin,
    onPickRow,
  };
}

/** The target, if it is in the drawing. */
function ifDrawn(display: DisplayList, target: Target | undefined): Target | undefined {
  const drawn = target?.type === 'node' ? display.cards : display.curves;
  return drawn.some(({ key }) => key === target?.key) ? target : undefined;
}
