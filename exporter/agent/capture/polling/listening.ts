import { ANY_IPV4, ANY_IPV6, isIpv6 } from '../../net/address.ts';
import type { PortRange } from '../../proc/port-range.ts';
import { type Socket, takesFromAnyone } from './socket.ts';

/** The listening sockets of one network namespace, by what they listen on. */
export interface ListeningSet {
  /** The listener that a connection with this own end came through; none if the own end asked for it. */
  find(socket: Pick<Socket, 'transport' | 'localAddress' | 'localPort'>): Socket | undefined;
  /** One socket per address and port. */
  readonly sockets: readonly Socket[];
}

/**
 * Collects the listeners of one namespace. A TCP listener says so itself. A UDP socket without a peer is one
 * only if its port lies outside the range from which the kernel picks for clients: inside it, nothing in the
 * socket table tells a server from a client that has sent, and Musubi does not guess.
 */
export function createListeningSet(sockets: readonly Socket[], ephemeral: PortRange): ListeningSet {
  const byKey = new Map<string, Socket>();
  for (const socket of sockets) {
    if (!takesFromAnyone(socket) || socket.localPort === 0) continue;
    if (socket.transport === 'udp' && isWithin(ephemeral, socket.localPort)) continue;
    const key = keyOf(socket.transport, socket.localAddress, socket.localPort);
    // Several sockets may share a port (SO_REUSEPORT): keep one that a process holds.
    const known = byKey.get(key);
    if (known === undefined || (known.inode === 0 && socket.inode !== 0)) byKey.set(key, socket);
  }

  return {
    sockets: [...byKey.values()],
    find({ transport, localAddress, localPort }) {
      const exact = byKey.get(keyOf(transport, localAddress, localPort));
      if (exact) return exact;
      if (isIpv6(localAddress)) return byKey.get(keyOf(transport, ANY_IPV6, localPort));
      const any = byKey.get(keyOf(transport, ANY_IPV4, localPort));
      if (any) return any;
      const dualStack = byKey.get(keyOf(transport, ANY_IPV6, localPort));
      return dualStack?.ipv6Only ? undefined : dualStack;
    },
  };
}

function isWithin(range: PortRange, port: number): boolean {
  return port >= range.first && port <= range.last;
}

function keyOf(transport: string, address: string, port: number): string {
  return `${transport} ${port} ${address}`;
}
