import { isLoopback } from '../../net/address.ts';
import { isWithin, type PortRange } from '../../proc/port-range.ts';
import type { Direction } from '../capture.ts';
import type { ListeningSet } from './listening.ts';
import { isConnection, type Socket } from './socket.ts';

/** The sockets of one network namespace in one cycle. */
export interface NamespaceTable {
  readonly netns: number;
  readonly sockets: readonly Socket[];
  /** The listeners of this cycle, then those of the previous one: a listener can be closed between the two. */
  readonly listening: readonly ListeningSet[];
}

/** What the socket tables of one cycle show about a connection. */
export interface Directions {
  /** The direction of a connection whose socket does not contain it; it is never guessed. */
  find(netns: number, socket: Socket): Direction;
  /** The listeners one of which accepted the connection, if it is inbound. */
  listenersOf(netns: number, socket: Socket): readonly Socket[];
}

/**
 * The endpoint at a listener is the server. If both endpoints are at listeners, or neither is, the tables do not show
 * who connected: a listener can be closed before its connections, and a client can choose a port, also that of its own
 * listener. For a connection to another host, whose listeners are not visible, a port from the range that the kernel
 * chooses from is a client's, and any other port without a listener can be either.
 */
export function createDirections(tables: readonly NamespaceTable[], ephemeral: PortRange): Directions {
  const byNetns = new Map(tables.map((table) => [table.netns, table]));
  let namespaces: Map<string, number[]> | undefined;

  function findListeners(netns: number, at: Parameters<ListeningSet['find']>[0]): readonly Socket[] {
    for (const listening of byNetns.get(netns)?.listening ?? []) {
      const listeners = listening.find(at);
      if (listeners.length > 0) return listeners;
    }
    return [];
  }

  /** The namespace with the socket of the remote endpoint; undefined if that is not certainly on this host. */
  function remoteNamespace(netns: number, socket: Socket): number | undefined {
    namespaces ??= namespacesByTuple(tables);
    const found = namespaces.get(tupleOf(remoteOf(socket))) ?? [];
    if (found.includes(netns)) return netns;
    // The same loopback address is another one in each namespace, and so can be any address of private networks.
    return isLoopback(socket.remoteAddress) || found.length > 1 ? undefined : found[0];
  }

  return {
    find(netns, socket) {
      const isAtListener = findListeners(netns, socket).length > 0;
      const remote = remoteOf(socket);
      const there = remoteNamespace(netns, socket);
      if (there !== undefined || isLoopback(socket.remoteAddress)) {
        const isRemoteAtListener = findListeners(there ?? netns, remote).length > 0;
        if (isAtListener !== isRemoteAtListener) return isAtListener ? 'inbound' : 'outbound';
        if (there !== undefined || isAtListener) return 'unknown';
      }
      if (isAtListener) return 'inbound';
      return isWithin(ephemeral, socket.localPort) ? 'outbound' : 'unknown';
    },
    listenersOf: findListeners,
  };
}

type Tuple = Pick<Socket, 'transport' | 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>;

/** The same connection as seen by its remote endpoint. */
function remoteOf({ transport, localAddress, localPort, remoteAddress, remotePort }: Tuple): Tuple {
  return {
    transport,
    localAddress: remoteAddress,
    localPort: remotePort,
    remoteAddress: localAddress,
    remotePort: localPort,
  };
}

function tupleOf({ transport, localAddress, localPort, remoteAddress, remotePort }: Tuple): string {
  return `${transport} ${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}

function namespacesByTuple(tables: readonly NamespaceTable[]): Map<string, number[]> {
  const byTuple = new Map<string, number[]>();
  for (const { netns, sockets } of tables)
    for (const socket of sockets) {
      if (!isConnection(socket)) continue;
      const tuple = tupleOf(socket);
      const known = byTuple.get(tuple);
      if (!known) byTuple.set(tuple, [netns]);
      else if (!known.includes(netns)) known.push(netns);
    }
  return byTuple;
}
