import { type Service, serviceKey } from '../joined/edge.ts';
import type { EdgeReader, SeenEdge } from '../joined/read.ts';
import type { Matchers } from '../prometheus/selector.ts';
import type { SearchTarget } from './target.ts';
import { type Direction, endsOf, nearLabel } from './walk.ts';

type Asked = 'service' | 'host' | 'address';

/** Where a tree begins. */
export interface Start {
  readonly what: Asked;
  readonly roots: readonly Service[];
  /** The edges of the roots; of a host or address those that its own processes have, and these processes. */
  readonly first: Readonly<Record<Direction, readonly SeenEdge[]>>;
}

/** Finds what a person asked about among what was in use. A name is one of a service, else one of a host. */
export async function findStart(
  reader: EdgeReader,
  target: SearchTarget,
  site: string | undefined,
): Promise<Start | undefined> {
  if (target.kind === 'address') {
    const { address, port } = target;
    const matchers = {
      up: { dst_address: address, ...(port !== undefined && { dst_port: `${port}` }) },
      down: { src_address: address },
    };
    const first = await readProcesses(reader, matchers);
    // What the address asks for is its listener's only where that is the same service.
    const listening = new Set(first.up.map(({ edge }) => serviceKey(edge.dst)));
    const down =
      port === undefined ? first.down : first.down.filter(({ edge }) => listening.has(serviceKey(edge.src)));
    return startAt('address', { up: first.up, down }, site);
  }
  const { name } = target;
  const asked = (direction: Direction) => reader.serviceEdges({ [nearLabel(direction)]: name });
  const [up, down] = await Promise.all([asked('up'), asked('down')]);
  const service = startAt('service', { up: [...up.values()], down: [...down.values()] }, site);
  if (service) return service;
  const hosts = await readProcesses(reader, { up: { dst_host: name }, down: { src_host: name } });
  return startAt('host', hosts, site);
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

function startAt(
  what: Asked,
  edges: Readonly<Record<Direction, readonly SeenEdge[]>>,
  site: string | undefined,
): Start | undefined {
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
  return { what, roots: sorted.map(([, root]) => root), first };
}

/** The names of the sources and destinations of some edges, as matchers that take those edges and few others. */
export function matchersOf(edges: Iterable<{ edge: SeenEdge['edge'] }>): Matchers | undefined {
  const names = { src: new Set<string>(), dst: new Set<string>() };
  for (const { edge } of edges) for (const end of ['src', 'dst'] as const) names[end].add(edge[end].name);
  const [[src, ...sources], [dst, ...destinations]] = [[...names.src], [...names.dst]];
  if (src === undefined || dst === undefined) return undefined;
  return { src_service: [src, ...sources], dst_service: [dst, ...destinations] };
}
