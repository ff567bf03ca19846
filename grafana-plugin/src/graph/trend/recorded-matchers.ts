import type { EndpointDetails, GraphEdge, GraphNode } from '../model/graph.ts';
import type { Matchers } from './matchers.ts';

/** Matches the series in which recording rules count an edge: they have the labels of both endpoints. */
export const matchRecordedEdge = (
  edge: GraphEdge,
  source: GraphNode,
  target: GraphNode,
  byProcess: boolean,
): Matchers => ({
  network_transport: [edge.transport],
  dst_port: [edge.port],
  ...endpoint('src', source, edge.src, byProcess),
  ...endpoint('dst', target, edge.dst, byProcess),
});

/** Matches those of all outgoing or all incoming connections of a node. */
export function matchRecordedNode(node: GraphNode, direction: 'in' | 'out', byProcess: boolean): Matchers {
  const side = direction === 'in' ? 'dst' : 'src';
  if (node.kind === 'site') return { [`${side}_site`]: [node.site] };
  if (node.kind === 'host') return { [`${side}_host`]: [node.host] };
  const labels = endpoint(side, node, node, byProcess);
  // A service on several hosts has no host.
  if (node.members.length === 0) return labels;
  const { [`${side}_host`]: _, ...everywhere } = labels;
  return everywhere;
}

/** An endpoint by its service and host, of which '' is an absent label; without a service also by its addresses. */
const endpoint = (
  side: 'src' | 'dst',
  { service, host }: GraphNode,
  { addresses, processes }: EndpointDetails,
  byProcess: boolean,
): Matchers => ({
  [`${side}_service`]: [service],
  [`${side}_host`]: [host],
  ...(service === '' && addresses.length > 0 && { [`${side}_address`]: addresses }),
  ...(byProcess && processes.length > 0 && { [`${side}_process`]: processes }),
});
