import { createListenerIndex, type SocketAddress, socketKey } from '../../net/listener-index.ts';
import { isWithin, type PortRange } from '../../proc/port-range.ts';
import { acceptsAnyPeer, type Socket } from './socket.ts';

/** The listening sockets of one network namespace, by address. */
export interface ListeningSet {
  /** The listener that gets what is sent to this address and port. */
  find(socket: Pick<Socket, 'transport' | 'localAddress' | 'localPort'>): Socket | undefined;
  /** One socket per address and port. */
  readonly sockets: readonly Socket[];
}

/**
 * Collects the listeners of one namespace. TCP listeners have a state of their own. A UDP socket without a peer counts
 * as a listener only if its port is outside of the ephemeral range: inside it, the socket table does not distinguish a
 * server from a client that has sent, and Musubi does not guess.
 */
export function createListeningSet(sockets: readonly Socket[], ephemeral: PortRange): ListeningSet {
  const byKey = new Map<string, Socket>();
  for (const socket of sockets) {
    if (!acceptsAnyPeer(socket) || socket.localPort === 0) continue;
    if (socket.transport === 'udp' && isWithin(ephemeral, socket.localPort)) continue;
    const key = socketKey(boundTo(socket));
    // Several sockets may share a port (SO_REUSEPORT): keep one that a process holds.
    const known = byKey.get(key);
    if (known === undefined || (known.inode === 0 && socket.inode !== 0)) byKey.set(key, socket);
  }

  const listeners = [...byKey.values()];
  const index = createListenerIndex(listeners, (socket) => ({
    ...boundTo(socket),
    ipv6Only: socket.ipv6Only,
  }));
  return { sockets: listeners, find: (socket) => index.find(boundTo(socket)) };
}

/** All of them are of the same network namespace, so it is left out. */
function boundTo({
  transport,
  localAddress,
  localPort,
}: Pick<Socket, 'transport' | 'localAddress' | 'localPort'>): SocketAddress {
  return { netns: 0, transport, address: localAddress, port: localPort };
}
