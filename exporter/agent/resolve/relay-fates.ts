import type { Endpoint, HalfEdge } from '../half-edge.ts';
import { addressesOf } from '../identify/relay-target.ts';
import { isLoopback } from '../net/address.ts';
import { isBackEdge, type Relay, type Route } from './relay-routes.ts';
import { type Found, placeOf, type Whereabouts } from './whereabouts.ts';

/** Where what comes to a relay is told to go. */
export type Fate =
  | { readonly at: 'here'; readonly service: Endpoint }
  | { readonly at: 'elsewhere'; readonly from: string; readonly to: string }
  /** It will be known once the relay connects. */
  | { readonly at: 'unknown yet' };

/** By the pids of relays; one without a fate stays a service of its own. */
export interface Fates {
  readonly of: ReadonlyMap<number, Fate>;
  /** Whether it is a relay's own connection to the service for which it stands. */
  isBack(half: HalfEdge): boolean;
  /** Whether it is a service's end of what a relay has handed on to it. */
  isHandedOn(half: HalfEdge): boolean;
}

/** `mayWait` tells of which relays a fate that is not known yet is worth waiting for. */
export function decideFates(
  relays: ReadonlyMap<number, Relay>,
  routes: ReadonlyMap<number, Route>,
  { holds, isHere, find }: Whereabouts,
  mayWait: (pid: number) => boolean,
): Fates {
  const fates = new Map<number, Fate>();
  /** The namespaces from which relays connect to a place. */
  const callers = new Map<string, Set<number>>();

  /** The service on this host to which a relay leads, through others if need be, and where it connects itself. */
  function findService(pid: number, passed: readonly number[] = []): Found | undefined {
    const relay = relays.get(pid);
    const route = routes.get(pid);
    if (!relay || passed.includes(pid)) return undefined;
    const { netns, target } = relay;
    for (const address of route && route !== 'several' ? [route.to] : addressesOf(target)) {
      const next = find(netns, target.transport, target.port, address);
      if (!next) continue;
      if (!next.end.relay || next.end.pid === undefined) return next;
      const last = findService(next.end.pid, [...passed, pid]);
      return last && { place: next.place, end: last.end };
    }
    return undefined;
  }

  function decide(pid: number, relay: Relay): Fate | undefined {
    const found = findService(pid);
    if (found) {
      callers.set(found.place, (callers.get(found.place) ?? new Set()).add(relay.netns));
      return { at: 'here', service: found.end };
    }
    const route = routes.get(pid);
    if (route) {
      const isElsewhere = relay.isPrivate && route !== 'several' && !isHere(route.to);
      return isElsewhere ? { at: 'elsewhere', ...route } : undefined;
    }
    const addresses = addressesOf(relay.target);
    const mayBeKnown = addresses.length === 0 || (relay.isPrivate && !addresses.some(isHere));
    return mayBeKnown && mayWait(pid) ? { at: 'unknown yet' } : undefined;
  }

  for (const [pid, relay] of relays) {
    const fate = decide(pid, relay);
    if (fate) fates.set(pid, fate);
  }

  return {
    of: fates,
    isBack(half) {
      const { flow, src, dst } = half;
      const fate = src.relay && src.pid !== undefined ? fates.get(src.pid) : undefined;
      if (!fate || flow.direction !== 'outbound') return false;
      if (isBackEdge(half)) return true;
      // Translation of addresses (NAT) may have taken it past the place that the relay asked for.
      if (fate.at !== 'here' || fate.service.pid === undefined) return false;
      return find(flow.netns, flow.transport, flow.port, dst.address)?.end.pid === fate.service.pid;
    },
    isHandedOn({ flow, src }) {
      if (flow.direction !== 'inbound' || src.service !== undefined) return false;
      const { netns, transport, port, localAddress, remoteAddress } = flow;
      const from = callers.get(placeOf(netns, transport, port, localAddress));
      if (!from) return false;
      // All who connect from the addresses of the relay's namespace live in that, and so are seen here: their own
      // halves tell of what is not the relay's.
      return isLoopback(remoteAddress)
        ? from.has(netns)
        : [...from].some((other) => holds(other, remoteAddress));
    },
  };
}
