import {
  type Endpoint,
  type HalfEdge,
  localEndpoint,
  remoteEndpoint,
  withRemoteEndpoint,
} from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { type Admission, createAdmission } from './admission.ts';

/** What stands for the far ends past the limit. */
const OTHER: Endpoint = { address: '', service: 'other', kind: 'unknown' };

/** Past the limit this many are still told apart by the port and by the own end. */
const MAX_REMAINDERS = 16;

/** The edges of a service in one direction and transport: a flood of one kind leaves the others their places. */
interface Group {
  readonly edges: Admission<string>;
  readonly remainders: Admission<string>;
}

/**
 * Tells the first `limit` edges of each service in each direction and transport; the far ends of the others are the
 * service `other`, as long as the first are in use or not yet forgotten (`edgeExpiration`, ms). The sums stay whole:
 * they belong to whatever edge a connection is told as.
 */
export function createLimitEdges(limit: number, edgeExpiration: number) {
  const services = new Map<string | undefined, Map<string, Group>>();

  function limited(half: HalfEdge, now: number, note: NoteFold): HalfEdge {
    // The capture has folded it already, into one edge.
    if (half.flow.folded) return half;
    const own = localEndpoint(half);
    const group = groupOf(services, half, own.service, limit);
    const atOwn = ownKey(half.flow.port, own);
    if (group.edges.admit(`${atOwn}\0${farKey(remoteEndpoint(half))}`, now)) return half;
    note('edge_limit', half.flow);
    const other = withRemoteEndpoint(half, OTHER);
    return group.remainders.admit(atOwn, now) ? other : withoutDetails(other);
  }

  function forget(now: number): void {
    for (const [service, groups] of services) {
      for (const [kind, { edges, remainders }] of groups) {
        edges.forget(now - edgeExpiration);
        remainders.forget(now - edgeExpiration);
        if (edges.size === 0 && remainders.size === 0) groups.delete(kind);
      }
      if (groups.size === 0) services.delete(service);
    }
  }

  return (halfEdges: readonly HalfEdge[], now: number, note: NoteFold): readonly HalfEdge[] => {
    forget(now);
    return halfEdges.map((half) => limited(half, now, note));
  };
}

/**
 * The key of an edge within its group, in two parts that are short because every pass asks for all: only what
 * differs there. A name of a Unix socket, which alone can hold the mark between fields, is but on one of the ends.
 */
function ownKey(port: number, { pid, process, address }: Endpoint): string {
  return `${port}\0${pid}\0${process}\0${address}`;
}

function farKey({ kind, service, process, pid, site, address }: Endpoint): string {
  if (kind === 'unknown' && service === undefined && site === undefined) return address;
  return `${kind}\0${service}\0${process}\0${pid}\0${site}\0${address}`;
}

/** Nothing is left of which there could be many. */
function withoutDetails(half: HalfEdge): HalfEdge {
  const { flow, src, dst } = half;
  const bare = ({ service, host, kind, site }: Endpoint): Endpoint => ({
    address: '',
    kind,
    ...(service !== undefined && { service }),
    ...(host !== undefined && { host }),
    ...(site !== undefined && { site }),
  });
  return { flow: { ...flow, port: 0 }, src: bare(src), dst: bare(dst) };
}

function groupOf(
  services: Map<string | undefined, Map<string, Group>>,
  { flow: { direction, transport } }: HalfEdge,
  service: string | undefined,
  limit: number,
): Group {
  let groups = services.get(service);
  if (!groups) {
    groups = new Map();
    services.set(service, groups);
  }
  const kind = `${direction} ${transport}`;
  let group = groups.get(kind);
  if (!group) {
    group = { edges: createAdmission(limit), remainders: createAdmission(MAX_REMAINDERS) };
    groups.set(kind, group);
  }
  return group;
}
