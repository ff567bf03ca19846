import type { JoinedEdge } from '../model/joined-edge.ts';
import type { MergedEndpoint } from '../model/merged-endpoint.ts';

/**
 * Removes edges of unknown direction where another edge between the same two nodes, on the same port, has a known
 * direction. An unnamed endpoint is matched by its address.
 */
export function preferDirected(
  edges: readonly JoinedEdge[],
  nodeOf: (party: MergedEndpoint) => string,
): JoinedEdge[] {
  const keyOf = (one: MergedEndpoint, other: string, { port, transport }: JoinedEdge) =>
    JSON.stringify([nodeOf(one), other, port, transport]);
  const undirected = edges.filter((edge) => !edge.directed);
  if (undirected.length === 0) return [...edges];

  const known = new Set<string>();
  for (const edge of edges) {
    if (!edge.directed) continue;
    const { src, dst } = edge;
    for (const name of [nodeOf, addressOf])
      known.add(keyOf(src, name(dst), edge)).add(keyOf(dst, name(src), edge));
  }
  const isKnown = (edge: JoinedEdge) => {
    const { src: remote, dst: local } = edge;
    return (
      known.has(keyOf(local, nodeOf(remote), edge)) ||
      (remote.service === '' && known.has(keyOf(local, addressOf(remote), edge)))
    );
  };
  return edges.filter((edge) => edge.directed || !isKnown(edge));
}

const addressOf = ({ address }: MergedEndpoint): string => address;
