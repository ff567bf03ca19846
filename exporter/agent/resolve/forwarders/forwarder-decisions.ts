import type { Endpoint, HalfEdge } from '../../half-edge.ts';
import { addressesOf } from '../../identify/forwarder-target.ts';
import { isLoopback } from '../../net/address.ts';
import { socketKey } from '../../net/listener-index.ts';
import type { FoundListener, LocalAddresses } from '../local-addresses.ts';
import { type Forwarder, isBackEdge, type Route } from './forwarder-routes.ts';

/** Where what comes to a forwarder is told to go. */
export type ForwarderDecision =
  | { readonly at: 'here'; readonly service: Endpoint }
  | { readonly at: 'elsewhere'; readonly from: string; readonly to: string }
  /** It will be known once the forwarder connects. */
  | { readonly at: 'unknown yet' };

/** By the pids of forwarders; one without a decision stays a service of its own. */
export interface ForwarderDecisions {
  readonly of: ReadonlyMap<number, ForwarderDecision>;
  /** Whether it is a forwarder's own connection to the service for which it stands. */
  isBack(half: HalfEdge): boolean;
  /** Whether it is a service's end of what a forwarder has handed on to it. */
  isHandedOn(half: HalfEdge): boolean;
}

/** `mayWait` tells of which forwarders a decision that is not known yet is worth waiting for. */
export function decideForwarders(
  forwarders: ReadonlyMap<number, Forwarder>,
  routes: ReadonlyMap<number, Route>,
  { has, isLocal, find }: LocalAddresses,
  mayWait: (pid: number) => boolean,
): ForwarderDecisions {
  const decisions = new Map<number, ForwarderDecision>();
  /** The namespaces from which forwarders connect to a place. */
  const callers = new Map<string, Set<number>>();

  /** The service on this host to which a forwarder leads, through others if need be, and where it connects itself. */
  function findService(pid: number, passed: readonly number[] = []): FoundListener | undefined {
    const forwarder = forwarders.get(pid);
    const route = routes.get(pid);
    if (!forwarder || passed.includes(pid)) return undefined;
    const { netns, target } = forwarder;
    for (const address of route && route !== 'several' ? [route.to] : addressesOf(target)) {
      const next = find({ netns, transport: target.transport, port: target.port, address });
      if (!next) continue;
      if (!next.service.forwardsTo || next.service.pid === undefined) return next;
      const last = findService(next.service.pid, [...passed, pid]);
      return last && { key: next.key, service: last.service };
    }
    return undefined;
  }

  function decide(pid: number, forwarder: Forwarder): ForwarderDecision | undefined {
    const found = findService(pid);
    if (found) {
      callers.set(found.key, (callers.get(found.key) ?? new Set()).add(forwarder.netns));
      return { at: 'here', service: found.service };
    }
    const route = routes.get(pid);
    if (route) {
      const isElsewhere = forwarder.isPrivate && route !== 'several' && !isLocal(route.to);
      return isElsewhere ? { at: 'elsewhere', ...route } : undefined;
    }
    const addresses = addressesOf(forwarder.target);
    const mayBeKnown = addresses.length === 0 || (forwarder.isPrivate && !addresses.some(isLocal));
    return mayBeKnown && mayWait(pid) ? { at: 'unknown yet' } : undefined;
  }

  for (const [pid, forwarder] of forwarders) {
    const decision = decide(pid, forwarder);
    if (decision) decisions.set(pid, decision);
  }

  return {
    of: decisions,
    isBack(half) {
      const { flow, src, dst } = half;
      const decision = src.forwardsTo && src.pid !== undefined ? decisions.get(src.pid) : undefined;
      if (!decision || flow.direction !== 'outbound') return false;
      if (isBackEdge(half)) return true;
      // Translation of addresses (NAT) may have taken it past the place that the forwarder asked for.
      if (decision.at !== 'here' || decision.service.pid === undefined) return false;
      return find({ ...flow, address: dst.address })?.service.pid === decision.service.pid;
    },
    isHandedOn({ flow, src }) {
      if (flow.direction !== 'inbound' || src.service !== undefined) return false;
      const { netns, transport, port, localAddress, remoteAddress } = flow;
      const from = callers.get(socketKey({ netns, transport, port, address: localAddress }));
      if (!from) return false;
      // All who connect from the addresses of the forwarder's namespace live in that, and so are seen here: their own
      // halves tell of what is not the forwarder's.
      return isLoopback(remoteAddress)
        ? from.has(netns)
        : [...from].some((other) => has(other, remoteAddress));
    },
  };
}
