import { type Service, serviceKey } from '../joined/edge.ts';
import type { EdgeReader, SeenEdge } from '../joined/read.ts';
import type { Matchers } from '../prometheus/selector.ts';
import type { SearchTarget } from './target.ts';
import { type Direction, endsOf, nearLabel } from './walk.ts';

type RootKind = 'service' | 'host' | 'address';

/** The roots of a tree. */
export interface Roots {
  readonly kind: RootKind;
  readonly services: readonly Service[];
  /** The edges of the roots; for a host or address those of its own processes, with the processes. */
  readonly first: Readonly<Record<Direction, readonly SeenEdge[]>>;
}

/** Searches the edges in use. A name is that of a service, else that of a host. */
export async function findRoots(
  reader: EdgeReader,
  target: SearchTarget,
  site: string | undefined,
): Promise<Roots | undefined> {
  if (target.kind === 'address') {
    const { address, port } = target;
    const matchers = {
      up: { dst_address: address, ...(port !== undefined && { dst_port: `${port}` }) },
      down: { src_address: address },
    };
    const first = await readProcesses(reader, matchers);
    // Outbound connections of the address belong to the listener only if it is the same service.
    const listeners = new Set(first.up.map(({ edge }) => serviceKey(edge.dst)));
    const down =
      port === undefined ? first.down : first.down.filter(({ edge }) => listeners.has(serviceKey(edge.src)));
    return rootsOf('address', { up: first.up, down }, site);
  }
  const { name } = target;
  const read = (direction: Direction) => reader.serviceEdges({ [nearLabel(direction)]: name });
  const [up, down] = await Promise.all([read('up'), read('down')]);
  const service = rootsOf('service', { up: [...up.values()], down: [...down.values()] }, site);
  if (service) return service;
  const hosts = await readProcesses(reader, { up: { dst_host: name }, down: { src_host: name } });
  return rootsOf('host', hosts, site);
}

async function readProcesses(
  reader: EdgeReader,
  matchers: Readonly<Record<Direction, Matchers>>,
): Promise<Record<Direction, SeenEdge[]>> {
  const read = async (direction: Direction) => {
    const found = await reader.processes(matchers[direction]);
    return [...found.values()];
  };
  const [up, down] = await Promise.all([read('up'), read('down')]);
  return { up, down };
}

function rootsOf(
  kind: RootKind,
  edges: Readonly<Record<Direction, readonly SeenEdge[]>>,
  site: string | undefined,
): Roots | undefined {
  const roots = new Map<string, Service>();
  const first: Record<Direction, SeenEdge[]> = { up: [], down: [] };
  for (const direction of ['up', 'down'] as const) {
    for (const seen of edges[direction]) {
      const { near } = endsOf(seen.edge, direction);
      if (site !== undefined && near.site !== site) continue;
      roots.set(serviceKey(near), near);
      first[direction].push(seen);
    }
  }
  if (roots.size === 0) return undefined;
  const sorted = [...roots.entries()].sort(([one], [other]) => (one < other ? -1 : 1));
  return { kind, services: sorted.map(([, root]) => root), first };
}

/** Matchers of the edges' source and destination names; they select those edges and few others. */
export function matchersOf(edges: Iterable<{ edge: SeenEdge['edge'] }>): Matchers | undefined {
  const names = { src: new Set<string>(), dst: new Set<string>() };
  for (const { edge } of edges) for (const end of ['src', 'dst'] as const) names[end].add(edge[end].name);
  const [[src, ...sources], [dst, ...destinations]] = [[...names.src], [...names.dst]];
  if (src === undefined || dst === undefined) return undefined;
  return { src_service: [src, ...sources], dst_service: [dst, ...destinations] };
}
