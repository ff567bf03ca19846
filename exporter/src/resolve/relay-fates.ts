import type { ListenerAt } from '../aggregate/listeners-by-place.ts';
import type { End, HalfEdge } from '../half-edge.ts';
import { isLoopback } from '../net/address.ts';
import type { Relay, Route } from './relay-routes.ts';
import { addressesOf } from './relay-target.ts';

/** Where things are on this host. */
export interface Whereabouts {
  readonly listenerAt: ListenerAt;
  /** Of each network namespace, loopback left out. */
  readonly addresses: ReadonlyMap<number, readonly string[]>;
}

/** Where what comes to a relay is told to go. */
export type Fate =
  | { readonly at: 'here'; readonly service: End }
  | { readonly at: 'elsewhere'; readonly from: string; readonly to: string }
  /** It will be known once the relay connects. */
  | { readonly at: 'unknown yet' };

/** By the pids of relays; one without a fate stays a service of its own. */
export interface Fates {
  readonly of: ReadonlyMap<number, Fate>;
  /** Whether it is a service's end of what a relay has handed on to it. */
  isHandedOn(half: HalfEdge): boolean;
}

/** `mayWait` tells of which relays a fate that is not known yet is worth waiting for. */
export function decideFates(
  relays: ReadonlyMap<number, Relay>,
  routes: ReadonlyMap<number, Route>,
  { listenerAt, addresses }: Whereabouts,
  mayWait: (pid: number) => boolean,
): Fates {
  const fates = new Map<number, Fate>();
  /** The namespaces from which relays connect to a place. */
  const callers = new Map<string, Set<number>>();

  const holds = (netns: number, address: string) => addresses.get(netns)?.includes(address) ?? false;

  /** The namespace in which a relay finds an address, if it is certain: several may have the same. */
  function namespaceOf(address: string, { netns }: Relay): number | undefined {
    if (isLoopback(address) || holds(netns, address)) return netns;
    const [holder, ...others] = [...addresses.keys()].filter((other) => holds(other, address));
    return others.length > 0 ? undefined : holder;
  }

  interface Found {
    readonly place: string;
    readonly service: End;
  }

  /** The service on this host to which a relay leads, through other relays if need be. */
  function findService(pid: number, passed: readonly number[] = []): Found | undefined {
    const relay = relays.get(pid);
    const route = routes.get(pid);
    if (!relay || passed.includes(pid)) return undefined;
    const { transport, port } = relay.target;
    for (const address of route && route !== 'several' ? [route.to] : addressesOf(relay.target)) {
      const netns = namespaceOf(address, relay);
      const end = netns === undefined ? undefined : listenerAt(netns, transport, port, address);
      if (netns === undefined || !end) continue;
      const place = placeOf(netns, transport, port, address);
      if (!end.relay || end.pid === undefined) return { place, service: end };
      const behind = findService(end.pid, [...passed, pid]);
      return behind && { place, service: behind.service };
    }
    return undefined;
  }

  const isHere = (address: string) =>
    isLoopback(address) || [...addresses.keys()].some((netns) => holds(netns, address));

  for (const [pid, relay] of relays) {
    const found = findService(pid);
    const route = routes.get(pid);
    const stated = addressesOf(relay.target);
    if (found) {
      fates.set(pid, { at: 'here', service: found.service });
      callers.set(found.place, (callers.get(found.place) ?? new Set()).add(relay.netns));
    } else if (route) {
      if (relay.isPrivate && route !== 'several' && !isHere(route.to))
        fates.set(pid, { at: 'elsewhere', ...route });
    } else if ((stated.length === 0 || (relay.isPrivate && !stated.some(isHere))) && mayWait(pid))
      fates.set(pid, { at: 'unknown yet' });
  }

  /**
   * All who connect to it from the addresses of the relay's
   * namespace live in that, and so are seen here: their own halves tell of what is not the relay's.
   */
  function isHandedOn({ flow, src }: HalfEdge): boolean {
    if (flow.direction !== 'inbound' || src.service !== undefined) return false;
    const { netns, transport, port, localAddress, remoteAddress } = flow;
    const from = callers.get(placeOf(netns, transport, port, localAddress));
    if (!from) return false;
    return isLoopback(remoteAddress)
      ? from.has(netns)
      : [...from].some((other) => holds(other, remoteAddress));
  }

  return { of: fates, isHandedOn };
}

function placeOf(netns: number, transport: string, port: number, address: string): string {
  return `${netns} ${transport} ${port} ${address}`;
}
