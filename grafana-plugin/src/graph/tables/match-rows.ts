import { normaliseAddress } from '../model/address.ts';
import type { EndpointDetails, GraphEdge, GraphNode } from '../model/graph.ts';

/** An end of an edge, or a node: what rows are held against. */
export type EndpointDescription = Pick<GraphNode, 'service' | 'host' | 'site' | 'kind'> & EndpointDetails;

type Cells = (label: string) => string;
export type Side = 'src' | 'dst';

/**
 * Whether a row tells of an end on that side: some name agrees, and neither service nor host is another. A row that
 * has no name for it has its address.
 */
export function rowMatchesEndpoint(cell: Cells, side: Side, end: EndpointDescription): boolean {
  const [service, host, site] = ['service', 'host', 'site'].map((part) => cell(`${side}_${part}`));
  const pairs = [
    [service, end.service],
    [host, end.host],
  ].filter(([told, wanted]) => told && wanted);
  if (pairs.some(([told, wanted]) => told !== wanted)) return false;
  if (pairs.length > 0) return true;
  if (end.kind === 'site' && site !== '') return site === end.site;
  const address = normaliseAddress(cell(`${side}_address`));
  return address !== '' && end.addresses.includes(address);
}

/** Whether a row tells of an edge between two nodes. What the row or the edge does not say agrees with anything. */
export function rowMatchesEdge(cell: Cells, edge: GraphEdge, source: GraphNode, target: GraphNode): boolean {
  const agrees = (told: string, wanted: string) => told === '' || wanted === '' || told === wanted;
  return (
    agrees(cell('dst_port'), edge.port) &&
    agrees(cell('network_transport'), edge.transport) &&
    rowMatchesEndpoint(cell, 'src', { ...source, ...edge.src }) &&
    rowMatchesEndpoint(cell, 'dst', { ...target, ...edge.dst })
  );
}
