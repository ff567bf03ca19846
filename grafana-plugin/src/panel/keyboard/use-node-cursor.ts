import { type FocusEvent, type KeyboardEvent, useEffect, useState } from 'react';
import type { Point } from '../../graph/geometry/rectangle.ts';
import type { GraphElement } from '../../graph/model/graph.ts';
import type { ArrowDirection } from '../../graph/navigate/next-node.ts';
import type { ViewControl } from '../state/use-view.ts';
import { type Command, commandOf } from './graph-keys.ts';
import { type CursorPosition, type CursorSpace, useCursorPosition } from './use-cursor-position.ts';

/** Actions of the graph's keys outside of the graph. */
export interface CursorActions {
  readonly onFocus: (target: GraphElement | undefined) => void;
  readonly onPick: (target: GraphElement) => void;
  /** Closes what is open; returns whether anything was. */
  readonly onClose: () => boolean;
  readonly onSearch: () => void;
  readonly onFocusOn: (node: string) => void;
  readonly onPathFrom: (node: string) => void;
  /** Moves a node from where it is drawn, or was put since. */
  readonly onShift: (node: string, from: Point, by: Point) => void;
  readonly onHelp: () => void;
}

interface Arguments extends CursorSpace {
  readonly control: ViewControl;
  readonly actions: CursorActions;
}

export interface NodeCursor extends Pick<CursorPosition, 'at' | 'bounds' | 'position' | 'size'> {
  /** Whether the arrow keys move the node. */
  readonly moving: boolean;
  readonly onFocus: (event: FocusEvent) => void;
  readonly onBlur: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** Steps in pixels: of the drawing on screen, and of a node in the drawing. */
const PAN = 60;
const MOVE = 24;
const ZOOM = 1.25;

const DIRECTIONS: Readonly<Record<ArrowDirection, Point>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};

/** The graph by keyboard: from node to node, or along the edges of one. */
export function useNodeCursor(args: Arguments): NodeCursor {
  const [moving, setMoving] = useState(false);
  const cursor = useCursorPosition(args);
  const { at, bounds, position, size } = cursor;
  const { onFocus } = args.actions;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same target may be another object.
  useEffect(() => onFocus(at), [onFocus, at?.type, at?.key]);

  const commands = commandsOf(args, cursor, moving, setMoving);
  return {
    at,
    bounds,
    position,
    size,
    moving,
    onFocus: ({ currentTarget }) => {
      // A click leaves the selection to the pointer; the first key starts the cursor all the same.
      if (currentTarget.matches(':focus-visible')) cursor.activate();
    },
    onBlur: () => {
      cursor.leave();
      setMoving(false);
    },
    onKeyDown: (event) => {
      const command = commandOf(event);
      if (!command || event.target !== event.currentTarget) return;
      cursor.activate();
      // If there was nothing to close, Grafana handles the key.
      if (commands[command]() === false) return;
      event.preventDefault();
      // Grafana listens to the whole page.
      event.stopPropagation();
    },
  };
}

/** What each key does. False: nothing, the key is left to Grafana. */
function commandsOf(
  { nodeBounds, control, actions }: Arguments,
  cursor: CursorPosition,
  moving: boolean,
  setMoving: (moving: boolean) => void,
): Readonly<Record<Command, () => unknown>> {
  const { at, node } = cursor;
  const head = (heading: ArrowDirection) => {
    const bounds = nodeBounds.get(node);
    if (!moving || !bounds) return cursor.head(heading);
    const { x, y } = DIRECTIONS[heading];
    actions.onShift(node, bounds, { x: x * MOVE, y: y * MOVE });
  };
  const pan = ({ x, y }: Point) => control.pan(-x * PAN, -y * PAN);
  const close = (): boolean => {
    if (moving) setMoving(false);
    else if (actions.onClose()) return true;
    else if (at?.type === 'edge') cursor.goBack();
    else return false;
    return true;
  };
  return {
    left: () => head('left'),
    right: () => head('right'),
    up: () => head('up'),
    down: () => head('down'),
    next: () => cursor.goBy(1),
    previous: () => cursor.goBy(-1),
    first: cursor.goToFirst,
    last: cursor.goToLast,
    nextEdge: () => cursor.goAlong(1),
    previousEdge: () => cursor.goAlong(-1),
    details: () => (moving ? setMoving(false) : at && actions.onPick(at)),
    close,
    search: actions.onSearch,
    focus: () => actions.onFocusOn(node),
    path: () => actions.onPathFrom(node),
    move: () => setMoving(!moving && at?.type === 'node'),
    panLeft: () => pan(DIRECTIONS.left),
    panRight: () => pan(DIRECTIONS.right),
    panUp: () => pan(DIRECTIONS.up),
    panDown: () => pan(DIRECTIONS.down),
    zoomIn: () => control.zoom(ZOOM),
    zoomOut: () => control.zoom(1 / ZOOM),
    fit: control.fit,
    help: actions.onHelp,
  };
}
