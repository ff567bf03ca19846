import { createListenerGroups, type SocketAddress } from '../../net/listener-index.ts';
import { isWithin, type PortRange } from '../../proc/port-range.ts';
import { acceptsAnyPeer, type Socket } from './socket.ts';

/** The listening sockets of one network namespace, by address. */
export interface ListeningSet {
  /**
   * The listeners one of which gets what is sent to this address and port; none if it is refused. Several sockets can
   * share a port (SO_REUSEPORT).
   */
  find(socket: Pick<Socket, 'transport' | 'localAddress' | 'localPort'>): readonly Socket[];
  readonly sockets: readonly Socket[];
}

/**
 * Collects the listeners of one namespace. TCP listeners have a state of their own. A UDP socket without a peer counts
 * as a listener only if its port is outside of the ephemeral range: inside it, the socket table does not distinguish a
 * server from a client that has sent, and Musubi does not guess.
 */
export function createListeningSet(sockets: readonly Socket[], ephemeral: PortRange): ListeningSet {
  const listeners = sockets.filter(
    (socket) =>
      acceptsAnyPeer(socket) &&
      socket.localPort !== 0 &&
      (socket.transport !== 'udp' || !isWithin(ephemeral, socket.localPort)),
  );
  const groups = createListenerGroups(listeners, (socket) => ({
    ...boundTo(socket),
    ipv6Only: socket.ipv6Only,
  }));
  return { sockets: listeners, find: (socket) => groups.find(boundTo(socket)) };
}

/** All of them are of the same network namespace, so it is left out. */
function boundTo({
  transport,
  localAddress,
  localPort,
}: Pick<Socket, 'transport' | 'localAddress' | 'localPort'>): SocketAddress {
  return { netns: 0, transport, address: localAddress, port: localPort };
}
