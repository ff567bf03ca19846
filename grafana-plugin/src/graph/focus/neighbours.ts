import type { Graph, GraphEdge } from '../model/graph.ts';
import { subgraph } from './subgraph.ts';

/** `down`: to the dependencies of a node; `up`: to its dependants. */
export type FocusDirection = 'up' | 'down' | 'both';

interface AdjacentEdge {
  readonly edge: GraphEdge;
  readonly to: string;
}

/** The edges to follow from each node. */
export type EdgesByNode = ReadonlyMap<string, readonly AdjacentEdge[]>;

/** Lists the edges to follow in a direction. Edges of unknown direction are followed both directions. */
export function edgesByNode(graph: Graph, direction: FocusDirection): EdgesByNode {
  const adjacent = new Map<string, AdjacentEdge[]>();
  const add = (from: string, edge: AdjacentEdge) => {
    const known = adjacent.get(from);
    if (known) known.push(edge);
    else adjacent.set(from, [edge]);
  };
  for (const edge of graph.edges) {
    if (direction !== 'up' || !edge.directed) add(edge.source, { edge, to: edge.target });
    if (direction !== 'down' || !edge.directed) add(edge.target, { edge, to: edge.source });
  }
  return adjacent;
}

/**
 * The part of a graph within a number of hops of some nodes. `both` combines the nodes found upwards with those found
 * downwards, without other dependencies of either.
 */
export function focusOn(
  graph: Graph,
  nodes: readonly string[],
  direction: FocusDirection,
  hops: number,
): Graph {
  const found = { nodes: new Set(nodes), edges: new Set<string>() };
  for (const one of direction === 'both' ? (['up', 'down'] as const) : [direction]) {
    const adjacent = edgesByNode(graph, one);
    const reached = new Set(nodes);
    let border = [...nodes];
    for (let hop = 0; hop < hops && border.length > 0; hop++) {
      const next: string[] = [];
      for (const { edge, to } of border.flatMap((from) => adjacent.get(from) ?? [])) {
        found.edges.add(edge.key);
        if (reached.has(to)) continue;
        reached.add(to);
        next.push(to);
      }
      border = next;
    }
  }
  return subgraph(graph, found);
}
