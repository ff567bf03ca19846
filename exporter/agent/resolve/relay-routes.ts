import type { Endpoint, HalfEdge, ServiceListener } from '../half-edge.ts';
import { addressesOf, type RelayTarget } from '../identify/relay-target.ts';
import { isLoopback } from '../net/address.ts';

/** What is seen of this host in one pass. */
export interface Seen {
  readonly halfEdges: readonly HalfEdge[];
  readonly serviceListeners: readonly ServiceListener[];
}

/** A process that hands on what comes to it. */
export interface Relay {
  readonly target: RelayTarget;
  readonly netns: number;
  /** Whether it listens, and on loopback alone; undefined where it is not known to listen. */
  isPrivate: boolean | undefined;
}

/** From and to which addresses a relay connects, once it has; `several` when they were not always the same. */
export type Route = { readonly from: string; readonly to: string } | 'several';

/** By pid, which is that of the leader where a relay forks for each connection. */
export function findRelays({ halfEdges, serviceListeners }: Seen): Map<number, Relay> {
  const relays = new Map<number, Relay>();

  function meet({ pid, relay }: Endpoint, netns: number): Relay | undefined {
    if (!relay || pid === undefined) return undefined;
    const known = relays.get(pid) ?? { target: relay, netns, isPrivate: undefined };
    relays.set(pid, known);
    return known;
  }

  for (const { dst, netns } of serviceListeners) {
    const relay = meet(dst, netns);
    if (relay) relay.isPrivate = relay.isPrivate !== false && isLoopback(dst.address);
  }
  for (const { flow, src, dst } of halfEdges) meet(flow.direction === 'outbound' ? src : dst, flow.netns);
  return relays;
}

/** Remembers the routes of those that are still there: a relay may connect in another pass than it is called. */
export function findRoutes(
  halfEdges: readonly HalfEdge[],
  relays: ReadonlyMap<number, Relay>,
  before: ReadonlyMap<number, Route>,
): Map<number, Route> {
  const routes = new Map([...before].filter(([pid]) => relays.has(pid)));
  if (relays.size === 0) return routes;
  for (const half of halfEdges) {
    const { pid, address: from } = half.src;
    if (pid === undefined || !isBackEdge(half)) continue;
    const route = routes.get(pid);
    const to = half.dst.address;
    if (route === undefined) routes.set(pid, { from, to });
    else if (route !== 'several' && (route.from !== from || route.to !== to)) routes.set(pid, 'several');
  }
  return routes;
}

/** Whether it is a relay's own connection to its target. */
export function isBackEdge({ flow, src: { relay } }: HalfEdge): boolean {
  if (!relay || flow.direction !== 'outbound') return false;
  const { transport, remoteAddress, port } = flow;
  if (relay.transport !== transport || relay.port !== port) return false;
  const addresses = addressesOf(relay);
  return addresses.length === 0 || addresses.includes(remoteAddress);
}
