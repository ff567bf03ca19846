import type { Graph, GraphEdge } from '../model/graph.ts';
import { subgraph } from './subgraph.ts';

/** `down`: to what a node depends on; `up`: to what depends on it. */
export type FocusDirection = 'up' | 'down' | 'both';

interface AdjacentEdge {
  readonly edge: GraphEdge;
  readonly to: string;
}

/** The edges on which a walk may leave each node. */
export type EdgesByNode = ReadonlyMap<string, readonly AdjacentEdge[]>;

/** Lists the steps of a walk. An edge of unknown direction may be walked both ways. */
export function edgesByNode(graph: Graph, way: FocusDirection): EdgesByNode {
  const steps = new Map<string, AdjacentEdge[]>();
  const add = (from: string, step: AdjacentEdge) => {
    const known = steps.get(from);
    if (known) known.push(step);
    else steps.set(from, [step]);
  };
  for (const edge of graph.edges) {
    if (way !== 'up' || !edge.directed) add(edge.source, { edge, to: edge.target });
    if (way !== 'down' || !edge.directed) add(edge.target, { edge, to: edge.source });
  }
  return steps;
}

/**
 * The part of a graph within some hops of a node. With `both` it is what is found upwards together with what is
 * found downwards: what else those depend on is not in it.
 */
export function focusOn(graph: Graph, nodes: readonly string[], way: FocusDirection, hops: number): Graph {
  const found = { nodes: new Set(nodes), edges: new Set<string>() };
  for (const one of way === 'both' ? (['up', 'down'] as const) : [way]) {
    const steps = edgesByNode(graph, one);
    const reached = new Set(nodes);
    let border = [...nodes];
    for (let hop = 0; hop < hops && border.length > 0; hop++) {
      const next: string[] = [];
      for (const { edge, to } of border.flatMap((from) => steps.get(from) ?? [])) {
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
