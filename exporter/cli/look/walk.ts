import { edgeKey, type Service, type ServiceEdge, serviceKey } from '../joined/edge.ts';
import type { EdgeReader, SeenEdge } from '../joined/read.ts';

/** `up`: what depends on a service; `down`: what it depends on. */
export type Direction = 'up' | 'down';

/** An edge of the tree and its distance from the root: 1 for the root's own edges. */
export interface Step extends SeenEdge {
  readonly depth: number;
}

/** The endpoint of an edge that is nearer to the root, and the other one. */
export function endsOf(edge: ServiceEdge, direction: Direction): { near: Service; far: Service } {
  return direction === 'down' ? { near: edge.src, far: edge.dst } : { near: edge.dst, far: edge.src };
}

/** The label of the endpoint nearer to the root. */
export function nearLabel(direction: Direction): 'src_service' | 'dst_service' {
  return direction === 'down' ? 'src_service' : 'dst_service';
}

/**
 * Follows dependencies from the edges of the roots, with one query per step. Returns each edge reached in at most
 * `depth` steps once, nearest first.
 */
export async function walk(
  reader: Pick<EdgeReader, 'serviceEdges'>,
  direction: Direction,
  first: Iterable<SeenEdge>,
  depth: number,
): Promise<Map<string, Step>> {
  const steps = new Map<string, Step>();
  const visited = new Set<string>();
  let found: Iterable<SeenEdge> = first;
  for (let at = 1; at <= depth; at++) {
    const frontier = new Map<string, Service>();
    const fresh = [...found].filter(({ edge }) => !steps.has(edgeKey(edge)));
    for (const { edge } of fresh) visited.add(serviceKey(endsOf(edge, direction).near));
    for (const seen of fresh) {
      steps.set(edgeKey(seen.edge), { ...seen, depth: at });
      const { far } = endsOf(seen.edge, direction);
      if (!visited.has(serviceKey(far))) frontier.set(serviceKey(far), far);
    }
    const [name, ...names] = new Set([...frontier.values()].map(({ name }) => name));
    if (name === undefined || at === depth) break;
    const next = await reader.serviceEdges({ [nearLabel(direction)]: [name, ...names] });
    // Services at other sites may have the same names.
    found = [...next.values()].filter(({ edge }) => frontier.has(serviceKey(endsOf(edge, direction).near)));
  }
  return steps;
}
