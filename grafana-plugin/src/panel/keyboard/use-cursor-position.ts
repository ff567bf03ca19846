import { useMemo, useState } from 'react';
import type { Rectangle } from '../../graph/geometry/rectangle.ts';
import type { Graph, GraphElement } from '../../graph/model/graph.ts';
import { edgesOf, linkedWith } from '../../graph/navigate/links-of.ts';
import {
  type ArrowDirection,
  type NodeBounds,
  nextNode,
  readingOrder,
} from '../../graph/navigate/next-node.ts';

export interface CursorSpace {
  readonly graph: Graph;
  readonly nodeBounds: NodeBounds;
  /** Where an edge is drawn. */
  readonly edgeBounds: (key: string) => Rectangle | undefined;
  readonly pinned: GraphElement | undefined;
  readonly control: { readonly reveal: (part: Rectangle) => void };
}

/** Where the keyboard is in the graph, and the steps it can take from there. */
export interface CursorPosition {
  /** Undefined while the keyboard is elsewhere. */
  readonly at: GraphElement | undefined;
  /** The node it is at, or whose edges it walks along. */
  readonly node: string;
  readonly bounds: Rectangle | undefined;
  /** Which of how many, from 1: nodes in reading order, or the edges of a node. */
  readonly position: number;
  readonly size: number;
  readonly activate: () => void;
  readonly leave: () => void;
  readonly goToFirst: () => void;
  readonly goToLast: () => void;
  /** To the next node in reading order, or the previous one. */
  readonly goBy: (step: 1 | -1) => void;
  /** To the next edge of the node, or the previous one. */
  readonly goAlong: (step: 1 | -1) => void;
  /** From a node to its neighbour on that side; from an edge to one of its endpoints or to the next edge. */
  readonly head: (heading: ArrowDirection) => void;
  /** From an edge back to the node whose edges are walked. */
  readonly goBack: () => void;
}

/** Keeps what the keyboard is at: a node, or one of the edges of a node. */
export function useCursorPosition(space: CursorSpace): CursorPosition {
  const { graph, nodeBounds, edgeBounds, pinned, control } = space;
  const [active, setActive] = useState(false);
  const [wanted, setWanted] = useState<GraphElement>();
  /** The node whose edges are walked. */
  const [origin, setOrigin] = useState('');
  const order = useMemo(() => (active ? readingOrder(nodeBounds) : []), [active, nodeBounds]);
  const edges = useMemo(() => (active ? edgesOf(graph, origin) : []), [active, graph, origin]);
  const edgeKeys = edges.map(({ key }) => key);
  const at = active ? nearestTo(wanted, order, edgeKeys, origin) : undefined;
  const node = at?.type === 'node' ? at.key : origin;
  const all = at?.type === 'edge' ? edgeKeys : order;

  const boundsOf = ({ type, key }: GraphElement) => (type === 'node' ? nodeBounds.get(key) : edgeBounds(key));
  const go = (target: GraphElement) => {
    const bounds = boundsOf(target);
    setWanted(target);
    if (bounds) control.reveal(bounds);
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
  return {
    at,
    node,
    bounds: at && boundsOf(at),
    position: at ? all.indexOf(at.key) + 1 : 0,
    size: all.length,
    activate() {
      if (active) return;
      setActive(true);
      if (pinned) setWanted(pinned);
      if (pinned?.type === 'edge') setOrigin(graph.edges.find(({ key }) => key === pinned.key)?.source ?? '');
    },
    leave: () => setActive(false),
    goToFirst: () => goTo(order[0]),
    goToLast: () => goTo(order.at(-1)),
    goBy: (step) => goTo(order[order.indexOf(node) + step]),
    goAlong,
    head(heading) {
      if (at?.type !== 'edge') return goTo(nextNode(node, heading, nodeBounds, linkedWith(graph, node)));
      if (heading === 'up' || heading === 'down') return goAlong(heading === 'up' ? -1 : 1);
      const edge = edges.find(({ key }) => key === at.key);
      goTo(heading === 'left' ? edge?.source : edge?.target);
    },
    goBack: () => goTo(origin),
  };
}

/** The target moved to, or what is left of it after a refresh. */
function nearestTo(
  wanted: GraphElement | undefined,
  order: readonly string[],
  edges: readonly string[],
  origin: string,
): GraphElement | undefined {
  if (wanted && (wanted.type === 'edge' ? edges : order).includes(wanted.key)) return wanted;
  const key = wanted?.type === 'edge' && order.includes(origin) ? origin : order[0];
  return key === undefined ? undefined : { type: 'node', key };
}
