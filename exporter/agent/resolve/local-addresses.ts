import type { ListenerAt } from '../aggregate/listeners-by-place.ts';
import type { Transport } from '../capture/capture.ts';
import type { Endpoint } from '../half-edge.ts';
import { isLoopback } from '../net/address.ts';

/** A service, and the key of the place at which it was found. */
export interface Found {
  readonly place: string;
  readonly end: Endpoint;
}

/** Where things are on this host, whose network namespaces have their own addresses. */
export interface LocalAddresses {
  /** Whether an address is one of a namespace. Loopback is told of none. */
  holds(netns: number, address: string): boolean;
  isHere(address: string): boolean;
  /** Who listens at an address as it is seen from a namespace, where that is certain. */
  find(from: number, transport: Transport, port: number, address: string): Found | undefined;
}

export function createLocalAddresses(
  listenerAt: ListenerAt,
  addresses: ReadonlyMap<number, readonly string[]>,
): LocalAddresses {
  const holds = (netns: number, address: string) => addresses.get(netns)?.includes(address) ?? false;
  const holdersOf = (address: string) => [...addresses.keys()].filter((netns) => holds(netns, address));

  /** Several may have the same address, in networks that do not know each other. */
  function namespaceOf(address: string, from: number): number | undefined {
    if (isLoopback(address) || holds(from, address)) return from;
    const [holder, ...others] = holdersOf(address);
    return others.length > 0 ? undefined : holder;
  }

  return {
    holds,
    isHere: (address) => isLoopback(address) || holdersOf(address).length > 0,
    find(from, transport, port, address) {
      const netns = namespaceOf(address, from);
      const end = netns === undefined ? undefined : listenerAt(netns, transport, port, address);
      return netns !== undefined && end
        ? { place: socketKey(netns, transport, port, address), end }
        : undefined;
    },
  };
}

/** The same text for the same place, and for no other. */
export function socketKey(netns: number, transport: Transport, port: number, address: string): string {
  return `${netns} ${transport} ${port} ${address}`;
}
