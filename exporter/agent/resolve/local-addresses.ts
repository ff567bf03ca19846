import type { Endpoint, ServiceListener } from '../half-edge.ts';
import { isLoopback } from '../net/address.ts';
import { type ListenerIndex, type SocketAddress, socketKey } from '../net/listener-index.ts';

/** A service on this host, and the key of the socket address at which it was found. */
export interface FoundListener {
  readonly key: string;
  readonly service: Endpoint;
}

/** The addresses of this host, whose network namespaces each have their own. */
export interface LocalAddresses {
  /** Whether a network namespace has the address. Loopback counts as none's. */
  has(netns: number, address: string): boolean;
  isLocal(address: string): boolean;
  /** The service that gets what is sent to `address` from the network namespace `netns`, if that is certain. */
  find(address: SocketAddress): FoundListener | undefined;
}

export function createLocalAddresses(
  services: ListenerIndex<ServiceListener>,
  addresses: ReadonlyMap<number, readonly string[]>,
): LocalAddresses {
  const has = (netns: number, address: string) => addresses.get(netns)?.includes(address) ?? false;
  const namespacesWith = (address: string) => [...addresses.keys()].filter((netns) => has(netns, address));

  /** Separate networks may use the same address: undefined if several namespaces have it. */
  function namespaceOf(address: string, from: number): number | undefined {
    if (isLoopback(address) || has(from, address)) return from;
    const [netns, ...others] = namespacesWith(address);
    return others.length > 0 ? undefined : netns;
  }

  return {
    has,
    isLocal: (address) => isLoopback(address) || namespacesWith(address).length > 0,
    find(target) {
      const netns = namespaceOf(target.address, target.netns);
      if (netns === undefined) return undefined;
      const at = { ...target, netns };
      const listener = services.find(at);
      return listener && { key: socketKey(at), service: listener.dst };
    },
  };
}
