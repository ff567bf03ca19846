import type { EndpointDetails, GraphEdge, GraphNode } from '../model/graph.ts';

/** For each label the values that it may have; '' is a label that is not there. */
export type Matchers = Readonly<Record<string, readonly string[]>>;

/** The half-edges by which one end reported an edge: the source's, where it did, as the edge's figures are. */
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
        ...ownEnd('dst', target, byProcess),
        ...farEnd('src', target, source, edge.src),
      }
    : {
        direction: ['outbound'],
        ...shared,
        ...ownEnd('src', source, byProcess),
        ...farEnd('dst', source, target, edge.dst),
      };
}

/** The half-edges of all that a node asks others for, or of all that others ask it for, as one end reports them. */
export function matchNode(node: GraphNode, way: 'in' | 'out', byProcess: boolean): Matchers {
  const side = way === 'in' ? 'dst' : 'src';
  // Who has no exporter is known by what the others report.
  if (node.kind === 'external')
    return { direction: [way === 'in' ? 'outbound' : 'inbound'], ...byAddress(side, node, node) };
  const place = node.kind === 'site' ? { [`${side}_site`]: [node.site] } : ownEnd(side, node, byProcess);
  return { direction: [way === 'in' ? 'inbound' : 'outbound'], ...place };
}

type Side = 'src' | 'dst';

/** An end as its own exporter tells it. What is on several hosts has none, a host has no service. */
const ownEnd = (side: Side, { kind, service, host, processes }: GraphNode, byProcess: boolean): Matchers => ({
  ...(kind !== 'host' && { [`${side}_service`]: [service] }),
  ...(host !== '' && { [`${side}_host`]: [host] }),
  ...(byProcess && processes.length > 0 && { [`${side}_process`]: processes }),
});

/** An end as the other's exporter tells it: by its address; on one host, where two may share that, by its name, too. */
const farEnd = (side: Side, own: GraphNode, node: GraphNode, end: EndpointDetails): Matchers => ({
  ...(node.host === own.host && { [`${side}_service`]: ['', node.service] }),
  ...byAddress(side, node, end),
});

const byAddress = (side: Side, { service }: GraphNode, { addresses }: EndpointDetails): Matchers =>
  addresses.length > 0 ? { [`${side}_address`]: addresses } : { [`${side}_service`]: [service] };
