import type { Endpoint, HalfEdge, HostEdges } from '../../half-edge.ts';
import { addressesOf, type ForwarderTarget } from '../../identify/forwarder-target.ts';
import { isLoopback } from '../../net/address.ts';

/** A process that forwards the connections that it accepts. */
export interface Forwarder {
  readonly target: ForwarderTarget;
  readonly netns: number;
  /** Whether it listens on loopback alone; undefined if it is not known to listen. */
  isPrivate: boolean | undefined;
}

/** From and to which addresses a forwarder has connected; `several` if these were not always the same. */
export type Route = { readonly from: string; readonly to: string } | 'several';

/** By pid: that of the leader if a forwarder forks for each connection. */
export function findForwarders({ halfEdges, serviceListeners }: HostEdges): Map<number, Forwarder> {
  const forwarders = new Map<number, Forwarder>();

  function note({ pid, forwardsTo: target }: Endpoint, netns: number): Forwarder | undefined {
    if (!target || pid === undefined) return undefined;
    const known = forwarders.get(pid) ?? { target, netns, isPrivate: undefined };
    forwarders.set(pid, known);
    return known;
  }

  for (const { dst, netns } of serviceListeners) {
    const forwarder = note(dst, netns);
    if (forwarder) forwarder.isPrivate = forwarder.isPrivate !== false && isLoopback(dst.address);
  }
  for (const { flow, src, dst } of halfEdges) note(flow.direction === 'outbound' ? src : dst, flow.netns);
  return forwarders;
}

/** Keeps the routes of forwarders that still exist: one may connect in a later cycle than its clients. */
export function findRoutes(
  halfEdges: readonly HalfEdge[],
  forwarders: ReadonlyMap<number, Forwarder>,
  before: ReadonlyMap<number, Route>,
): Map<number, Route> {
  const routes = new Map([...before].filter(([pid]) => forwarders.has(pid)));
  if (forwarders.size === 0) return routes;
  for (const half of halfEdges) {
    const { pid, address: from } = half.src;
    if (pid === undefined || !isConnectionToTarget(half)) continue;
    const route = routes.get(pid);
    const to = half.dst.address;
    if (route === undefined) routes.set(pid, { from, to });
    else if (route !== 'several' && (route.from !== from || route.to !== to)) routes.set(pid, 'several');
  }
  return routes;
}

/** Whether this is a forwarder's own connection to its target. */
export function isConnectionToTarget({ flow, src: { forwardsTo } }: HalfEdge): boolean {
  if (!forwardsTo || flow.direction !== 'outbound') return false;
  const { transport, remoteAddress, port } = flow;
  if (forwardsTo.transport !== transport || forwardsTo.port !== port) return false;
  const addresses = addressesOf(forwardsTo);
  return addresses.length === 0 || addresses.includes(remoteAddress);
}
