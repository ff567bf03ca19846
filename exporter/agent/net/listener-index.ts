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

export interface ListenerIndex<Listener> {
  /** The listener that gets what is sent to `address`; undefined where none does. */
  find(address: SocketAddress): Listener | undefined;
}

/** The same text for the same socket address, and for no other. */
export function socketKey(socket: SocketAddress): string {
  return portKey(socket) + socket.address;
}

function portKey({ netns, transport, port }: Omit<SocketAddress, 'address'>): string {
  return `${netns} ${transport} ${port} `;
}

/**
 * Finds listeners as the kernel does (net/ipv4/inet_hashtables.c, compute_score): the one bound to the very address,
 * else the one bound to the wildcard of its family, else, for IPv4, a dual-stack one on `::`. Of several that are bound
 * to the same address the last one is found.
 */
export function createListenerIndex<Listener>(
  listeners: Iterable<Listener>,
  boundAddressOf: (listener: Listener) => BoundAddress,
): ListenerIndex<Listener> {
  const byKey = new Map<string, { readonly listener: Listener; readonly ipv6Only: boolean }>();
  for (const listener of listeners) {
    const bound = boundAddressOf(listener);
    byKey.set(socketKey(bound), { listener, ipv6Only: bound.ipv6Only ?? false });
  }

  return {
    find(target) {
      const port = portKey(target);
      const at = (address: string) => byKey.get(port + address);
      const exact = at(target.address);
      if (exact) return exact.listener;
      if (isIpv6(target.address)) return at(ANY_IPV6)?.listener;
      const ipv4 = at(ANY_IPV4);
      if (ipv4) return ipv4.listener;
      const dualStack = at(ANY_IPV6);
      return dualStack?.ipv6Only ? undefined : dualStack?.listener;
    },
  };
}
