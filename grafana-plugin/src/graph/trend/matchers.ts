import type { EndpointDetails, GraphEdge, GraphNode } from '../model/graph.ts';

/** The accepted values of each label; '' matches an absent label. */
export type Matchers = Readonly<Record<string, readonly string[]>>;

/** Matches the half-edges by which one endpoint reported an edge: the source if it reported, like the figures of the edge. */
export function matchEdge(
  edge: GraphEdge,
  source: GraphNode,
  target: GraphNode,
  byProcess: boolean,
): Matchers {
  const shared = { network_transport: [edge.transport], dst_port: [edge.port] };
  return edge.seenBy === 'destination'
    ? {
        direction: ['inbound', 'unknown'],
        ...shared,
        ...localEndpoint('dst', target, byProcess),
        ...remoteEndpoint('src', target, source, edge.src),
      }
    : {
        direction: ['outbound'],
        ...shared,
        ...localEndpoint('src', source, byProcess),
        ...remoteEndpoint('dst', source, target, edge.dst),
      };
}

/** Matches the half-edges of all outgoing or all incoming connections of a node, as one endpoint reports them. */
export function matchNode(node: GraphNode, direction: 'in' | 'out', byProcess: boolean): Matchers {
  const side = direction === 'in' ? 'dst' : 'src';
  // A node without an exporter is known from the reports of its peers.
  if (node.kind === 'external')
    return { direction: [direction === 'in' ? 'outbound' : 'inbound'], ...byAddress(side, node, node) };
  const labels =
    node.kind === 'site' ? { [`${side}_site`]: [node.site] } : localEndpoint(side, node, byProcess);
  return { direction: [direction === 'in' ? 'inbound' : 'outbound'], ...labels };
}

type Side = 'src' | 'dst';

/** An endpoint as its own exporter reports it. A service on several hosts has no host label, a host has no service label. */
const localEndpoint = (
  side: Side,
  { kind, service, host, processes }: GraphNode,
  byProcess: boolean,
): Matchers => ({
  ...(kind !== 'host' && { [`${side}_service`]: [service] }),
  ...(host !== '' && { [`${side}_host`]: [host] }),
  ...(byProcess && processes.length > 0 && { [`${side}_process`]: processes }),
});

/**
 * An endpoint as the exporter of the other endpoint reports it: by address, and also by name where that exporter knows
 * it, because several services can share an address.
 */
const remoteEndpoint = (
  side: Side,
  local: GraphNode,
  node: GraphNode,
  details: EndpointDetails,
): Matchers => ({
  ...((node.host === local.host || (node.host === '' && node.service !== '')) && {
    [`${side}_service`]: ['', node.service],
  }),
  ...byAddress(side, node, details),
});

const byAddress = (side: Side, { service }: GraphNode, { addresses }: EndpointDetails): Matchers =>
  addresses.length > 0 ? { [`${side}_address`]: addresses } : { [`${side}_service`]: [service] };
