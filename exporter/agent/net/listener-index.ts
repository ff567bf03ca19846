import { ANY_IPV4, ANY_IPV6, isIpv6 } from './address.ts';

/** An address and port in a network namespace, which is given by its inode. */
export interface SocketAddress {
  readonly netns: number;
  readonly transport: string;
  /** IP address, or the name of a Unix socket. */
  readonly address: string;
  readonly port: number;
}

/** What a listener is bound to. */
export interface BoundAddress extends SocketAddress {
  /** Whether it is bound to `::` and gets no IPv4. */
  readonly ipv6Only?: boolean | undefined;
}

export interface ListenerGroups<Listener> {
  /**
   * The listeners one of which gets what is sent to `address`; none if it is refused. Several sockets can be bound to
   * one address (SO_REUSEPORT): the kernel distributes connections among them.
   */
  find(address: SocketAddress): readonly Listener[];
}

export interface ListenerIndex<Listener> {
  /** The listener that gets what is sent to `address`; undefined where none does. */
  find(address: SocketAddress): Listener | undefined;
}

/** Several listeners as one. */
export type Merge<Listener> = (group: readonly [Listener, ...Listener[]]) => Listener;

/** The same text for the same socket address, and for no other. */
export function socketKey(socket: SocketAddress): string {
  return portKey(socket) + socket.address;
}

function portKey({ netns, transport, port }: Omit<SocketAddress, 'address'>): string {
  return `${netns} ${transport} ${port} `;
}

/**
 * Finds listeners as the kernel does (net/ipv4/inet_hashtables.c, compute_score): the one bound to the very address,
 * else the one bound to the wildcard of its family, else, for IPv4, a dual-stack one on `::`.
 */
export function createListenerGroups<Listener>(
  listeners: Iterable<Listener>,
  boundAddressOf: (listener: Listener) => BoundAddress,
): ListenerGroups<Listener> {
  const byKey = Map.groupBy(listeners, (listener) => socketKey(boundAddressOf(listener)));

  return {
    find(target) {
      const port = portKey(target);
      const at = (address: string) => byKey.get(port + address);
      const exact = at(target.address);
      if (exact) return exact;
      if (isIpv6(target.address)) return at(ANY_IPV6) ?? [];
      return at(ANY_IPV4) ?? at(ANY_IPV6)?.filter((listener) => !boundAddressOf(listener).ipv6Only) ?? [];
    },
  };
}

/** Like `createListenerGroups`, with what is certain of a group. */
export function createListenerIndex<Listener>(
  listeners: Iterable<Listener>,
  boundAddressOf: (listener: Listener) => BoundAddress,
  merge: Merge<Listener>,
): ListenerIndex<Listener> {
  const groups = createListenerGroups(listeners, boundAddressOf);
  return {
    find(target) {
      const [first, ...others] = groups.find(target);
      return first && others.length > 0 ? merge([first, ...others]) : first;
    },
  };
}
