import { useCallback, useState } from 'react';
import type { Drawing } from '../../graph/display/drawing.ts';
import { isDrawn } from '../../graph/display/element-at.ts';
import type { GraphEdge, GraphElement } from '../../graph/model/graph.ts';

/** The hovered target, and the position of the pointer in the panel. */
export interface Hover {
  readonly target: GraphElement;
  readonly x: number;
  readonly y: number;
}

/** The hovered, focused and pinned targets; all of them are in the drawing. */
export interface Selection {
  readonly pointed: Hover | undefined;
  readonly focused: GraphElement | undefined;
  readonly pinned: GraphElement | undefined;
  readonly onHover: (hover: Hover | undefined) => void;
  /** The keyboard focus is on a row of the table, or on a target in the drawing. */
  readonly onFocusRow: (edge: GraphEdge | undefined) => void;
  readonly onFocus: (target: GraphElement | undefined) => void;
  readonly pin: (target: GraphElement | undefined) => void;
}

/** Keeps the selection. A refresh may remove a hovered or pinned target. */
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
  // The same target stays the same object, so that nothing is redrawn while the pointer is on it.
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
