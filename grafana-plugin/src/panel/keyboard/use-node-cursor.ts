import { type FocusEvent, type KeyboardEvent, useEffect, useMemo, useState } from 'react';
import type { Target } from '../../graph/display/hit-test.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Point } from '../../graph/layout/layout.ts';
import type { Rectangle } from '../../graph/occupancy.ts';
import { edgesOf, linkedWith } from '../../graph/walk/links-of.ts';
import { type Heading, nextNode, type Places, readingOrder } from '../../graph/walk/next-node.ts';
import type { ViewControl } from '../state/use-view.ts';
import { type Command, commandOf } from './graph-keys.ts';

/** What the keys of the graph do outside of it. */
export interface CursorActions {
  readonly onFocus: (target: Target | undefined) => void;
  readonly onPick: (target: Target) => void;
  /** Closes what is open; tells whether there was something. */
  readonly onClose: () => boolean;
  readonly onSearch: () => void;
  readonly onFocusOn: (node: string) => void;
  readonly onPathFrom: (node: string) => void;
  /** Moves a node from where it stands, or was put since. */
  readonly onShift: (node: string, from: Point, by: Point) => void;
  readonly onHelp: () => void;
}

interface Arguments {
  readonly graph: Graph;
  readonly places: Places;
  /** Where an edge is drawn. */
  readonly edgePlace: (key: string) => Rectangle | undefined;
  readonly pinned: Target | undefined;
  readonly control: ViewControl;
  readonly actions: CursorActions;
}

export interface NodeCursor {
  /** What the keyboard is at; undefined while it is elsewhere. */
  readonly at: Target | undefined;
  readonly place: Rectangle | undefined;
  /** Which of how many, from 1: nodes in reading order, or the edges of a node. */
  readonly position: number;
  readonly size: number;
  /** Whether the arrow keys move the node. */
  readonly moving: boolean;
  readonly onFocus: (event: FocusEvent) => void;
  readonly onBlur: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** Pixels on screen by which the drawing, and in the drawing by which a node, is moved at once. */
const PAN = 60;
const MOVE = 24;
const ZOOM = 1.25;

const DIRECTIONS: Readonly<Record<Heading, Point>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};

/** Walks a graph with the keyboard: from node to node, or along the edges of one. */
export function useNodeCursor({ graph, places, edgePlace, pinned, control, actions }: Arguments): NodeCursor {
  const [active, setActive] = useState(false);
  const [wanted, setWanted] = useState<Target>();
  /** The node whose edges are walked. */
  const [origin, setOrigin] = useState('');
  const [moving, setMoving] = useState(false);
  const order = useMemo(() => (active ? readingOrder(places) : []), [active, places]);
  const edges = useMemo(() => (active ? edgesOf(graph, origin) : []), [active, graph, origin]);

  const at = active
    ? nearestTo(
        wanted,
        order,
        edges.map(({ key }) => key),
        origin,
      )
    : undefined;
  const { onFocus } = actions;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same target may be another object.
  useEffect(() => onFocus(at), [onFocus, at?.type, at?.key]);

  const node = at?.type === 'node' ? at.key : origin;
  const placeOf = ({ type, key }: Target) => (type === 'node' ? places.get(key) : edgePlace(key));
  const go = (target: Target) => {
    const place = placeOf(target);
    setWanted(target);
    if (place) control.reveal(place);
  };
  const goTo = (key: string | undefined) => {
    if (key !== undefined) go({ type: 'node', key });
  };
  const goAlong = (step: 1 | -1) => {
    const around = edgesOf(graph, node);
    const from = at?.type === 'edge' ? around.findIndex(({ key }) => key === at.key) : step > 0 ? -1 : 0;
    const next = around.at((from + step) % around.length);
    if (!next) return;
    setOrigin(node);
    go({ type: 'edge', key: next.key });
  };
  const head = (heading: Heading) => {
    const place = places.get(node);
    if (moving && place) {
      const { x, y } = DIRECTIONS[heading];
      actions.onShift(node, place, { x: x * MOVE, y: y * MOVE });
    } else if (at?.type !== 'edge') goTo(nextNode(node, heading, places, linkedWith(graph, node)));
    else if (heading === 'up' || heading === 'down') goAlong(heading === 'up' ? -1 : 1);
    else {
      const edge = edges.find(({ key }) => key === at.key);
      goTo(heading === 'left' ? edge?.source : edge?.target);
    }
  };
  const step = (by: number) => goTo(order[order.indexOf(node) + by]);
  const pan = ({ x, y }: Point) => control.pan(-x * PAN, -y * PAN);
  const close = (): boolean => {
    if (moving) setMoving(false);
    else if (actions.onClose()) return true;
    else if (at?.type === 'edge') goTo(origin);
    else return false;
    return true;
  };
  const commands: Readonly<Record<Command, () => unknown>> = {
    left: () => head('left'),
    right: () => head('right'),
    up: () => head('up'),
    down: () => head('down'),
    next: () => step(1),
    previous: () => step(-1),
    first: () => goTo(order[0]),
    last: () => goTo(order.at(-1)),
    nextEdge: () => goAlong(1),
    previousEdge: () => goAlong(-1),
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

  const activate = () => {
    if (active) return;
    setActive(true);
    if (pinned) setWanted(pinned);
    if (pinned?.type === 'edge') setOrigin(graph.edges.find(({ key }) => key === pinned.key)?.source ?? '');
  };
  const all = at?.type === 'edge' ? edges.map(({ key }) => key) : order;
  return {
    at,
    place: at && placeOf(at),
    position: at ? all.indexOf(at.key) + 1 : 0,
    size: all.length,
    moving,
    onFocus: ({ currentTarget }) => {
      // Who clicks has the pointer for this; with the first key it begins all the same.
      if (currentTarget.matches(':focus-visible')) activate();
    },
    onBlur: () => {
      setActive(false);
      setMoving(false);
    },
    onKeyDown: (event) => {
      const command = commandOf(event);
      if (!command || event.target !== event.currentTarget) return;
      activate();
      // What there was nothing to close for is left to Grafana.
      if (commands[command]() === false) return;
      event.preventDefault();
      // Grafana listens to the whole page.
      event.stopPropagation();
    },
  };
}

/** What was walked to, or what is left of it after a refresh. */
function nearestTo(
  wanted: Target | undefined,
  order: readonly string[],
  edges: readonly string[],
  origin: string,
): Target | undefined {
  if (wanted && (wanted.type === 'edge' ? edges : order).includes(wanted.key)) return wanted;
  const key = wanted?.type === 'edge' && order.includes(origin) ? origin : order[0];
  return key === undefined ? undefined : { type: 'node', key };
}
