import { isUnixListener, type UnixReading, type UnixSocket } from './unix-socket.ts';

/** Two ends of a connection. */
export interface UnixPair {
  readonly netns: number;
  /** The end that asked. */
  readonly client: UnixSocket;
  /** The end that was accepted; absent while none is. */
  readonly served?: UnixSocket;
  readonly listener?: UnixSocket;
  /** Whether the sockets tell who asked; if not, the same two come once more, the other way round. */
  readonly settled: boolean;
}

/**
 * Finds the ends that belong together and who asked. An accepted socket bears its listener's name, and the
 * client seldom has one; if it does, the name on which someone listens tells. Two ends without a name are a
 * socketpair(2) and no dependency. Both ends live in the client's network namespace
 * (net/unix/af_unix.c, unix_stream_connect), while a listener bound to a file may live in any.
 */
export function pairUnix(readings: readonly UnixReading[]): UnixPair[] {
  const listeners = new Map<string, UnixSocket>();
  const connected = new Map<number, { netns: number; socket: UnixSocket }>();
  for (const { netns, sockets } of readings) {
    for (const socket of sockets) {
      if (isUnixListener(socket)) listeners.set(placeOf(netns, socket), socket);
      else connected.set(socket.inode, { netns, socket });
    }
  }

  const pairs: UnixPair[] = [];
  for (const { netns, sockets } of readings) {
    for (const socket of sockets) {
      if (isUnixListener(socket)) {
        for (const inode of socket.waiting) {
          const client = connected.get(inode);
          if (!client) continue;
          pairs.push({ netns: client.netns, client: client.socket, listener: socket, settled: true });
        }
      } else if (socket.name !== '') {
        const client = connected.get(socket.peer)?.socket;
        if (!client) continue;
        const listener = listeners.get(placeOf(netns, socket));
        const settled = client.name === '' || (!!listener && !listeners.has(placeOf(netns, client)));
        pairs.push({ netns, client, served: socket, ...(listener && { listener }), settled });
      }
    }
  }
  return pairs;
}

/** What a name means: the same path is another file in another container, and an abstract name is a namespace's own. */
function placeOf(netns: number, { name, file }: UnixSocket): string {
  return `${file || netns} ${name}`;
}
