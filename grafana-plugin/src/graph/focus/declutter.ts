import type { Graph } from '../model/graph.ts';
import { compareText } from '../model/order.ts';
import { withoutEdges } from './subgraph.ts';

/** Fewer partners than this never make a hub, unless it is asked for. */
const LEAST_PARTNERS = 8;

/** How many partners a node may have, if nobody says, before it is a hub: a tenth of all there are. */
export const mostPartners = ({ nodes }: Graph): number =>
  Math.max(LEAST_PARTNERS, Math.ceil(nodes.length / 10));

/** A node that is linked with many others. */
export interface Hub {
  readonly key: string;
  /** How many others it is linked with. */
  readonly degree: number;
}

/**
 * The nodes that are linked with more than `most` others: scrapers, resolvers, load balancers. They hide the shape
 * of the rest. Busiest first.
 */
export function findHubs(graph: Graph, most: number): Hub[] {
  const partners = new Map<string, Set<string>>(graph.nodes.map(({ key }) => [key, new Set()]));
  for (const { source, target } of graph.edges) {
    if (source === target) continue;
    partners.get(source)?.add(target);
    partners.get(target)?.add(source);
  }
  return [...partners]
    .map(([key, { size }]) => ({ key, degree: size }))
    .filter(({ degree }) => degree > most)
    .sort((a, b) => b.degree - a.degree || compareText(a.key, b.key));
}

/** A graph without these nodes and their edges. */
export function muteNodes(graph: Graph, muted: ReadonlySet<string>): Graph {
  if (muted.size === 0) return graph;
  const { nodes, edges } = withoutEdges(
    graph,
    ({ source, target }) => muted.has(source) || muted.has(target),
  );
  return { nodes: nodes.filter(({ key }) => !muted.has(key)), edges };
}

/** A graph without the edges that carried nothing in the range; what is remarkable otherwise stays. */
export const hideIdle = (graph: Graph): Graph =>
  withoutEdges(graph, ({ states }) => states.length === 1 && states[0] === 'idle');
