import type { Graph } from '../model/graph.ts';
import { compareText } from '../model/order.ts';
import { withoutEdges } from './subgraph.ts';

/** Below this number of neighbours a node is not a hub by default. */
const LEAST_NEIGHBOURS = 8;

/** The default limit of neighbours above which a node is a hub: a tenth of all nodes. */
export const mostPartners = ({ nodes }: Graph): number =>
  Math.max(LEAST_NEIGHBOURS, Math.ceil(nodes.length / 10));

/** A node with many neighbours. */
export interface Hub {
  readonly key: string;
  /** The number of its neighbours. */
  readonly degree: number;
}

/**
 * The nodes with more than `most` neighbours, most first: scrapers, resolvers, load balancers. They hide the shape of
 * the rest of the graph.
 */
export function findHubs(graph: Graph, most: number): Hub[] {
  const neighbours = new Map<string, Set<string>>(graph.nodes.map(({ key }) => [key, new Set()]));
  for (const { source, target } of graph.edges) {
    if (source === target) continue;
    neighbours.get(source)?.add(target);
    neighbours.get(target)?.add(source);
  }
  return [...neighbours]
    .map(([key, { size }]) => ({ key, degree: size }))
    .filter(({ degree }) => degree > most)
    .sort((a, b) => b.degree - a.degree || compareText(a.key, b.key));
}

/** Removes nodes and their edges from a graph. */
export function muteNodes(graph: Graph, muted: ReadonlySet<string>): Graph {
  if (muted.size === 0) return graph;
  const { nodes, edges } = withoutEdges(
    graph,
    ({ source, target }) => muted.has(source) || muted.has(target),
  );
  return { nodes: nodes.filter(({ key }) => !muted.has(key)), edges };
}

/** Removes the edges that carried no traffic in the range, unless they have another state. */
export const hideIdle = (graph: Graph): Graph =>
  withoutEdges(graph, ({ states }) => states.length === 1 && states[0] === 'idle');
