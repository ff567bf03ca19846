import { useCallback, useState } from 'react';
import type { Drawing } from '../../graph/display/drawing.ts';
import { isDrawn } from '../../graph/display/element-at.ts';
import type { GraphEdge, GraphElement } from '../../graph/model/graph.ts';

/** What the pointer is at, and where in the panel. */
export interface Hover {
  readonly target: GraphElement;
  readonly x: number;
  readonly y: number;
}

/** What the user points at, has the keyboard on, or has pinned; all of it is in the drawing. */
export interface Selection {
  readonly pointed: Hover | undefined;
  readonly focused: GraphElement | undefined;
  readonly pinned: GraphElement | undefined;
  readonly onHover: (hover: Hover | undefined) => void;
  /** The keyboard is at a row of the table, or at something in the drawing. */
  readonly onFocusRow: (edge: GraphEdge | undefined) => void;
  readonly onFocus: (target: GraphElement | undefined) => void;
  readonly pin: (target: GraphElement | undefined) => void;
}

/** Keeps what is selected. A refresh may take away what was pointed at or pinned. */
export function useSelection(
  drawing: Drawing,
  pinned: GraphElement | undefined,
  pin: (target: GraphElement | undefined) => void,
): Selection {
  const [hover, setHover] = useState<Hover>();
  const [row, setRow] = useState<GraphElement>();
  const [focused, onFocus] = useState<GraphElement>();
  const onFocusRow = useCallback(
    (edge: GraphEdge | undefined) => setRow(edge && { type: 'edge', key: edge.key }),
    [],
  );
  // The same target stays the same object: as long as the pointer is on it, nothing is drawn anew.
  const onHover = useCallback(
    (next: Hover | undefined) =>
      setHover((last) =>
        next && last && next.target.key === last.target.key ? { ...next, target: last.target } : next,
      ),
    [],
  );
  return {
    pointed: hover && ifDrawn(drawing, hover.target) && hover,
    focused: ifDrawn(drawing, row ?? focused),
    pinned: ifDrawn(drawing, pinned),
    onHover,
    onFocusRow,
    onFocus,
    pin,
  };
}

/** The target, if it is in the drawing. */
const ifDrawn = (drawing: Drawing, target: GraphElement | undefined): GraphElement | undefined =>
  target && isDrawn(drawing, target) ? target : undefined;
