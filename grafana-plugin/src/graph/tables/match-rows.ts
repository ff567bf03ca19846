import { normaliseAddress } from '../model/address.ts';
import type { EndpointDetails, GraphEdge, GraphNode } from '../model/graph.ts';

/** An endpoint or a node that rows are matched against. */
export type EndpointDescription = Pick<GraphNode, 'service' | 'host' | 'site' | 'kind'> & EndpointDetails;

type Cells = (label: string) => string;
export type Side = 'src' | 'dst';

/**
 * Whether a row is about an endpoint on that side: a name agrees, and neither service nor host differs. A row without
 * a name is matched by address.
 */
export function rowMatchesEndpoint(cell: Cells, side: Side, endpoint: EndpointDescription): boolean {
  const [service, host, site] = ['service', 'host', 'site'].map((part) => cell(`${side}_${part}`));
  const pairs = [
    [service, endpoint.service],
    [host, endpoint.host],
  ].filter(([actual, wanted]) => actual && wanted);
  if (pairs.some(([actual, wanted]) => actual !== wanted)) return false;
  if (pairs.length > 0) return true;
  if (endpoint.kind === 'site' && site !== '') return site === endpoint.site;
  const address = normaliseAddress(cell(`${side}_address`));
  return address !== '' && endpoint.addresses.includes(address);
}

/** Whether a row is about an edge between two nodes. Values that the row or the edge lacks match anything. */
export function rowMatchesEdge(cell: Cells, edge: GraphEdge, source: GraphNode, target: GraphNode): boolean {
  const agrees = (actual: string, wanted: string) => actual === '' || wanted === '' || actual === wanted;
  return (
    agrees(cell('dst_port'), edge.port) &&
    agrees(cell('network_transport'), edge.transport) &&
    rowMatchesEndpoint(cell, 'src', { ...source, ...edge.src }) &&
    rowMatchesEndpoint(cell, 'dst', { ...target, ...edge.dst })
  );
}
