import { sumFigures } from '../model/figures.ts';
import type { Figures, HalfEdge } from '../model/half-edge.ts';
import type { JoinedEdge } from '../model/joined-edge.ts';
import type { MergedEndpoint } from '../model/merged-endpoint.ts';

/**
 * Adds the figures of half-edges to the recorded edges that they belong to. A half-edge that several of them can own (its
 * remote address had two services in the range) is not shared out: the other half-edge of each of these edges knows its
 * own part, or else the figures are unknown.
 *
 * @param nodeOf the node of an endpoint: edges between the same nodes need not be distinguished
 * @returns the recorded edges, with the figures as further parts of them; and the half-edges without a recorded edge
 */
export function attachHalfEdges(
  recorded: readonly JoinedEdge[],
  halfEdges: readonly HalfEdge[],
  nodeOf: (endpoint: MergedEndpoint) => string,
): { edges: JoinedEdge[]; unmatched: HalfEdge[] } {
  const known = recorded.filter(({ proves }) => proves);
  const bySide = {
    src: Map.groupBy(known, (edge) => localKey(edge, edge.src, edge.dst)),
    dst: Map.groupBy(known, (edge) => localKey(edge, edge.dst, edge.src)),
  };
  const parts = new Map<string, { edge: JoinedEdge; source: Figures[]; destination: Figures[] }>();
  const directions = new Map<JoinedEdge, Set<HalfEdge['direction']>>();
  const unmatched: HalfEdge[] = [];
  for (const half of halfEdges) {
    const side = half.direction === 'outbound' ? 'src' : 'dst';
    const other = side === 'src' ? 'dst' : 'src';
    const matching = (bySide[side].get(localKey(half, half[side], half[other])) ?? []).filter((edge) =>
      canBe(edge[other], half[other]),
    );
    for (const edge of matching)
      directions.set(edge, (directions.get(edge) ?? new Set()).add(half.direction));
    const [edge] = matching;
    if (!edge) unmatched.push(half);
    const nodes = new Set(matching.map(({ src, dst }) => JSON.stringify([nodeOf(src), nodeOf(dst)])));
    if (!edge || nodes.size > 1) continue;
    const { src, dst, port, transport } = edge;
    const key = JSON.stringify([...nodes, src.address, dst.address, port, transport]);
    const part = parts.get(key) ?? { edge, source: [], destination: [] };
    parts.set(key, part);
    (side === 'src' ? part.source : part.destination).push(half.figures);
  }
  const figures = [...parts.values()].map(({ edge: { recorded: _, ...edge }, source, destination }) => ({
    ...edge,
    seenBy: undefined,
    atSource: source.length > 0 ? sumFigures(source) : undefined,
    atDestination: destination.length > 0 ? sumFigures(destination) : undefined,
    proves: false,
  }));
  return { edges: withDirections([...recorded, ...figures], directions, nodeOf), unmatched };
}

/** Marks the edges of which every half-edge has an unknown direction. Recorded edges do not state it. */
function withDirections(
  edges: readonly JoinedEdge[],
  directions: ReadonlyMap<JoinedEdge, ReadonlySet<HalfEdge['direction']>>,
  nodeOf: (endpoint: MergedEndpoint) => string,
): JoinedEdge[] {
  const keyOf = ({ src, dst, port, transport }: JoinedEdge) =>
    JSON.stringify([nodeOf(src), nodeOf(dst), port, transport]);
  const isUnknown = (edge: JoinedEdge) => {
    const [direction, ...others] = directions.get(edge) ?? [];
    return direction === 'unknown' && others.length === 0;
  };
  const unknown = new Set([...directions.keys()].filter(isUnknown).map(keyOf));
  if (unknown.size === 0) return [...edges];
  for (const edge of edges) if (edge.proves && !isUnknown(edge)) unknown.delete(keyOf(edge));
  return edges.map((edge) => (unknown.has(keyOf(edge)) ? { ...edge, directed: false } : edge));
}

type Named = Pick<MergedEndpoint, 'service' | 'host' | 'address'>;

/** What both a half-edge and its recorded edge state: the local endpoint, and the address of the remote one. */
const localKey = (
  { port, transport }: Pick<JoinedEdge, 'port' | 'transport'>,
  local: Named,
  remote: Pick<Named, 'address'>,
): string => [transport, port, local.service, local.host, local.address, remote.address].join('\0');

/** Whether an endpoint of a recorded edge can be that of a half-edge: by its name if it has no address, or if its host is known. */
const canBe = (recorded: Named, { service, host, address }: Named): boolean =>
  (address !== '' && host === '') ||
  (recorded.service === service && (host === '' || recorded.host === host));
