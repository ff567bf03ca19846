import type { Port } from '@musubi/contract/port';
import {
  type Endpoint,
  type HalfEdge,
  localEndpoint,
  remoteEndpoint,
  withRemoteEndpoint,
} from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { type Admission, createAdmission } from './admission.ts';

/** The remote endpoint of edges beyond the limit. */
const OTHER: Endpoint = { address: '', service: 'other', kind: 'unknown' };

/** Beyond the limit, this many combinations of port and local endpoint are still distinguished. */
const MAX_OVERFLOW_EDGES = 16;

/** The edges of a service in one direction and transport, each with a limit of its own. */
interface Group {
  readonly edges: Admission<string>;
  readonly overflow: Admission<string>;
}

/**
 * Keeps the first `limit` edges of each service, direction and transport, until they expire (`edgeExpiration`, ms). In
 * all others the remote endpoint becomes the service `other`. No count is lost: it moves to that edge.
 */
export function createLimitEdges(limit: number, edgeExpiration: number) {
  const services = new Map<string | undefined, Map<string, Group>>();

  function limited(half: HalfEdge, now: number, note: NoteFold): HalfEdge {
    // The capture has folded these into one edge already.
    if (half.flow.folded) return half;
    const local = localEndpoint(half);
    const group = groupOf(services, half, local.service, limit);
    const localPart = localKey(half.flow.portClass ?? half.flow.port, local);
    if (group.edges.admit(`${localPart}\0${remoteKey(remoteEndpoint(half))}`, now)) return half;
    note('edge_limit', half.flow);
    const other = withRemoteEndpoint(half, OTHER);
    return group.overflow.admit(localPart, now) ? other : withoutDetails(other);
  }

  function expire(now: number): void {
    for (const [service, groups] of services) {
      for (const [kind, { edges, overflow }] of groups) {
        edges.removeUnused(now - edgeExpiration);
        overflow.removeUnused(now - edgeExpiration);
        if (edges.size === 0 && overflow.size === 0) groups.delete(kind);
      }
      if (groups.size === 0) services.delete(service);
    }
  }

  return (halfEdges: readonly HalfEdge[], now: number, note: NoteFold): readonly HalfEdge[] => {
    expire(now);
    return halfEdges.map((half) => limited(half, now, note));
  };
}

/**
 * The key of an edge within its group, in two parts. They are made for every half-edge in every cycle, so they are short:
 * they contain only what differs within a group. Only the name of a Unix socket can contain the separator, and only one
 * of the two endpoints has such a name.
 */
function localKey(port: Port, { pid, process, address }: Endpoint): string {
  return `${port}\0${pid}\0${process}\0${address}`;
}

function remoteKey({ kind, service, process, pid, site, address }: Endpoint): string {
  if (kind === 'unknown' && service === undefined && site === undefined) return address;
  return `${kind}\0${service}\0${process}\0${pid}\0${site}\0${address}`;
}

/** Removes everything that may have many values. */
function withoutDetails(half: HalfEdge): HalfEdge {
  const { flow, src, dst } = half;
  const bare = ({ service, host, kind, site }: Endpoint): Endpoint => ({
    address: '',
    kind,
    ...(service !== undefined && { service }),
    ...(host !== undefined && { host }),
    ...(site !== undefined && { site }),
  });
  return { flow: { ...flow, port: 0, portClass: undefined }, src: bare(src), dst: bare(dst) };
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
    group = { edges: createAdmission(limit), overflow: createAdmission(MAX_OVERFLOW_EDGES) };
    groups.set(kind, group);
  }
  return group;
}
