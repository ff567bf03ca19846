import type { Endpoint, HalfEdge } from '../../half-edge.ts';
import { addressesOf } from '../../identify/forwarder-target.ts';
import { isLoopback } from '../../net/address.ts';
import { socketKey } from '../../net/listener-index.ts';
import type { FoundListener, LocalAddresses } from '../local-addresses.ts';
import { type Forwarder, isConnectionToTarget, type Route } from './forwarder-routes.ts';

/** By what to replace a forwarder. */
type ForwarderDecision =
  /** By a service on this host. */
  | { readonly target: 'local'; readonly service: Endpoint }
  /** By an address on another host, as if its clients had connected from `from`. */
  | { readonly target: 'remote'; readonly from: string; readonly to: string }
  /** Not known before the forwarder connects. */
  | { readonly target: 'pending' };

export interface ForwarderDecisions {
  /** By pid. A forwarder without a decision stays a service of its own. */
  readonly of: ReadonlyMap<number, ForwarderDecision>;
  /** Whether this is a forwarder's connection to the service that replaces it. */
  isForwarded(half: HalfEdge): boolean;
  /** Whether this is such a connection as the service reports it. */
  isReceived(half: HalfEdge): boolean;
}

/** `mayWait`: whether the decision for a forwarder may stay pending. */
export function decideForwarders(
  forwarders: ReadonlyMap<number, Forwarder>,
  routes: ReadonlyMap<number, Route>,
  { has, isLocal, find }: LocalAddresses,
  mayWait: (pid: number) => boolean,
): ForwarderDecisions {
  const decisions = new Map<number, ForwarderDecision>();
  /** The network namespaces of the forwarders that connect to a socket address, by its key. */
  const sources = new Map<string, Set<number>>();

  /** The service on this host behind a forwarder, if need be behind further ones, and where the first one connects. */
  function findService(pid: number, visited: readonly number[] = []): FoundListener | undefined {
    const forwarder = forwarders.get(pid);
    const route = routes.get(pid);
    if (!forwarder || visited.includes(pid)) return undefined;
    const { netns, target } = forwarder;
    for (const address of route && route !== 'several' ? [route.to] : addressesOf(target)) {
      const next = find({ netns, transport: target.transport, port: target.port, address });
      if (!next) continue;
      if (!next.service.forwardsTo || next.service.pid === undefined) return next;
      const last = findService(next.service.pid, [...visited, pid]);
      return last && { key: next.key, service: last.service };
    }
    return undefined;
  }

  function decide(pid: number, forwarder: Forwarder): ForwarderDecision | undefined {
    const found = findService(pid);
    if (found) {
      sources.set(found.key, (sources.get(found.key) ?? new Set()).add(forwarder.netns));
      return { target: 'local', service: found.service };
    }
    const route = routes.get(pid);
    if (route) {
      const isRemote = forwarder.isPrivate && route !== 'several' && !isLocal(route.to);
      return isRemote ? { target: 'remote', ...route } : undefined;
    }
    const addresses = addressesOf(forwarder.target);
    const isUncertain = addresses.length === 0 || (forwarder.isPrivate && !addresses.some(isLocal));
    return isUncertain && mayWait(pid) ? { target: 'pending' } : undefined;
  }

  for (const [pid, forwarder] of forwarders) {
    const decision = decide(pid, forwarder);
    if (decision) decisions.set(pid, decision);
  }

  return {
    of: decisions,
    isForwarded(half) {
      const { flow, src, dst } = half;
      const decision = src.forwardsTo && src.pid !== undefined ? decisions.get(src.pid) : undefined;
      if (!decision || flow.direction !== 'outbound') return false;
      if (isConnectionToTarget(half)) return true;
      // Address translation (NAT) may have replaced the address to which the forwarder has connected.
      if (decision.target !== 'local' || decision.service.pid === undefined) return false;
      return find({ ...flow, address: dst.address })?.service.pid === decision.service.pid;
    },
    isReceived({ flow, src }) {
      if (flow.direction !== 'inbound' || src.service !== undefined) return false;
      const { netns, transport, port, localAddress, remoteAddress } = flow;
      const from = sources.get(socketKey({ netns, transport, port, address: localAddress }));
      if (!from) return false;
      // All clients with an address of the forwarder's namespace live in that namespace and so are observed: connections
      // that are not the forwarder's are reported by their own half-edges.
      return isLoopback(remoteAddress)
        ? from.has(netns)
        : [...from].some((namespace) => has(namespace, remoteAddress));
    },
  };
}
