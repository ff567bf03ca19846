import type { Graph, GraphNode } from '../model/graph.ts';
import { type FocusDirection, focusOn } from './neighbours.ts';

/** What is looked for: each a list of names any of which will do; an empty one takes whatever there is. */
export interface FocusFilter {
  readonly service: readonly string[];
  readonly host: readonly string[];
  readonly site: readonly string[];
}

/** Whether a node goes by that name: what has none goes by its address or its host, as it does in recorded series. */
function isService(node: GraphNode, name: string): boolean {
  if (node.service !== '') return node.service === name;
  return node.addresses.includes(name) || node.host === name || node.candidates.includes(name);
}

const isWanting = ({ service, host, site }: FocusFilter): boolean =>
  service.length + host.length + site.length > 0;

/** What is wanted and, one hop up, down or both, its neighbours. A graph of which nothing is wanted stays whole. */
export function filterWithNeighbours(graph: Graph, wanted: FocusFilter, way: FocusDirection): Graph {
  if (!isWanting(wanted)) return graph;
  const any = (names: readonly string[], is: (name: string) => boolean) =>
    names.length === 0 || names.some(is);
  const found = graph.nodes.filter(
    (node) =>
      any(wanted.service, (name) => isService(node, name)) &&
      any(wanted.host, (name) => node.host === name) &&
      any(wanted.site, (name) => node.site === name),
  );
  return focusOn(
    graph,
    found.map(({ key }) => key),
    way,
    1,
  );
}
