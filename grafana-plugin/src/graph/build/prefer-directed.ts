import type { JoinedEdge } from '../model/joined-edge.ts';
import type { MergedEndpoint } from '../model/merged-endpoint.ts';

/**
 * Leaves out what is known better: an edge of unknown direction between two nodes where, on the same port, another
 * edge tells the direction. An end without a name counts as whoever is at its address.
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
    const { src: far, dst: own } = edge;
    return (
      known.has(keyOf(own, nodeOf(far), edge)) ||
      (far.service === '' && known.has(keyOf(own, addressOf(far), edge)))
    );
  };
  return edges.filter((edge) => edge.directed || !isKnown(edge));
}

const addressOf = ({ address }: MergedEndpoint): string => address;
