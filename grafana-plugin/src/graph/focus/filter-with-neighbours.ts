import type { Graph, GraphNode } from '../model/graph.ts';
import { type FocusDirection, focusOn } from './neighbours.ts';

/** The nodes to focus on: lists of accepted names; an empty list accepts any. */
export interface FocusFilter {
  readonly service: readonly string[];
  readonly host: readonly string[];
  readonly site: readonly string[];
}

/** Whether a node has that name. An unnamed node is matched by its address or host, as in recorded series. */
function isService(node: GraphNode, name: string): boolean {
  if (node.service !== '') return node.service === name;
  return node.addresses.includes(name) || node.host === name || node.candidates.includes(name);
}

const isActive = ({ service, host, site }: FocusFilter): boolean =>
  service.length + host.length + site.length > 0;

/** The matching nodes and their neighbours one hop up, down or in both directions; the whole graph without a filter. */
export function filterWithNeighbours(graph: Graph, filter: FocusFilter, direction: FocusDirection): Graph {
  if (!isActive(filter)) return graph;
  const any = (names: readonly string[], is: (name: string) => boolean) =>
    names.length === 0 || names.some(is);
  const found = graph.nodes.filter(
    (node) =>
      any(filter.service, (name) => isService(node, name)) &&
      any(filter.host, (name) => node.host === name) &&
      any(filter.site, (name) => node.site === name),
  );
  return focusOn(
    graph,
    found.map(({ key }) => key),
    direction,
    1,
  );
}
