import { type Endpoint, type HalfEdge, hasFailedOnly } from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { type Admission, createAdmission } from './admission.ts';

/** The destination of attempts beyond the limit. */
const OTHER: Endpoint = { address: '', service: 'other', kind: 'unknown' };

/** The most known edges: those that were once in use are never folded. */
const MAX_KNOWN = 16_384;
/** The most clients whose attempts are limited; the attempts of others pass. */
const MAX_CLIENTS = 1024;

/** How often the known edges are updated by connections that stay open, in ms: there can be many. */
const REFRESH = 60_000;

/** What a client attempts to reach: the first ones, and when the limit was last exceeded, if ever. */
interface Targets<K> {
  readonly first: Admission<K>;
  exceeded: number | undefined;
}

/** The destinations of a client, and the ports of each. */
interface Client {
  readonly destinations: Targets<string>;
  readonly ports: Map<string, Targets<number>>;
}

/**
 * A client that attempts to connect to many ports or destinations in vain, as a port scan does, is one finding instead of
 * hundreds. Attempts at more than `limit` destinations go to the service `other`, and those at more than `limit` ports of
 * one destination to the port `many`. If it exceeds the limit at once, not even the first ones are kept. An edge that had
 * a connection within `keepFor` ms is not folded: its server is down.
 */
export function createLimitAttempts(limit: number, keepFor: number) {
  const known = createAdmission<string>(MAX_KNOWN);
  const clients = new Map<string, Client>();
  let refreshed = Number.NEGATIVE_INFINITY;

  const isClosed = ({ exceeded }: Targets<unknown>, now: number) =>
    exceeded !== undefined && now - exceeded <= keepFor;

  /** Admits new keys together or not at all. */
  function admit<K>(targets: Targets<K>, keys: ReadonlySet<K>, now: number): (key: K) => boolean {
    const added = [...keys].filter((key) => !targets.first.admit(key, now, false));
    if (added.length === 0) return () => true;
    const isOpen = !isClosed(targets, now) && targets.first.size + added.length <= limit;
    if (isOpen) for (const key of added) targets.first.admit(key, now);
    else targets.exceeded = now;
    const rest = new Set(isOpen ? [] : added);
    return (key) => !rest.has(key);
  }

  const newTargets = <K>(): Targets<K> => ({ first: createAdmission<K>(limit), exceeded: undefined });

  function clientOf(key: string): Client | undefined {
    const client = clients.get(key);
    if (client || clients.size >= MAX_CLIENTS) return client;
    const added = { destinations: newTargets<string>(), ports: new Map() };
    clients.set(key, added);
    return added;
  }

  /** What replaces the attempts of one client in this cycle, where they are folded. */
  function limited(halves: readonly HalfEdge[], client: Client, now: number): Map<HalfEdge, HalfEdge> {
    const isAdmitted = admit(client.destinations, new Set(halves.map(destinationKey)), now);
    const byDestination = Map.groupBy(halves, (half) =>
      isAdmitted(destinationKey(half)) ? destinationKey(half) : undefined,
    );
    const folded = new Map<HalfEdge, HalfEdge>();
    for (const [destination = '', some] of byDestination) {
      const ports = client.ports.get(destination) ?? newTargets<number>();
      client.ports.set(destination, ports);
      const isPortAdmitted = admit(ports, new Set(some.map(({ flow }) => flow.port)), now);
      for (const half of some) {
        const dst = destination === '' ? OTHER : half.dst;
        const keepsPort = isPortAdmitted(half.flow.port);
        if (keepsPort && dst === half.dst) continue;
        const flow = keepsPort ? half.flow : { ...half.flow, port: 0, portClass: 'many' as const };
        folded.set(half, { flow, src: half.src, dst });
      }
    }
    return folded;
  }

  function expire(now: number): void {
    known.removeUnused(now - keepFor);
    const isUnused = (targets: Targets<unknown>) => {
      targets.first.removeUnused(now - keepFor);
      return targets.first.size === 0 && !isClosed(targets, now);
    };
    for (const [key, { destinations, ports }] of clients) {
      for (const [destination, targets] of ports) if (isUnused(targets)) ports.delete(destination);
      if (isUnused(destinations) && ports.size === 0) clients.delete(key);
    }
  }

  return (halfEdges: readonly HalfEdge[], now: number, note: NoteFold): readonly HalfEdge[] => {
    const isRefresh = now - refreshed >= REFRESH;
    if (isRefresh) {
      refreshed = now;
      expire(now);
    }
    const attempts: HalfEdge[] = [];
    for (const half of halfEdges) {
      const { direction, transport, folded, opened } = half.flow;
      if (direction !== 'outbound' || transport !== 'tcp' || folded) continue;
      if (hasFailedOnly(half.flow)) {
        if (!known.admit(edgeKey(half), now, false)) attempts.push(half);
      } else if (opened > 0 || isRefresh) known.admit(edgeKey(half), now);
    }
    if (attempts.length === 0) return halfEdges;
    const folded = new Map<HalfEdge, HalfEdge>();
    for (const [key, some] of Map.groupBy(attempts, clientKey)) {
      const client = clientOf(key);
      for (const [half, other] of client ? limited(some, client, now) : []) folded.set(half, other);
    }
    if (folded.size === 0) return halfEdges;
    return halfEdges.map((half) => {
      const other = folded.get(half);
      if (other) note('attempts', half.flow);
      return other ?? half;
    });
  };
}

/** By name, since a scan may be many processes. */
function clientKey({ src: { service, process } }: HalfEdge): string {
  return `${service}\0${process}`;
}

function destinationKey({ dst: { service, address } }: HalfEdge): string {
  return `${service ?? ''}\0${address}`;
}

function edgeKey(half: HalfEdge): string {
  return `${half.flow.port}\0${clientKey(half)}\0${destinationKey(half)}`;
}
