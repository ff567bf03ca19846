import { isUnixListener, type UnixReading, type UnixSocket } from './unix-socket.ts';

/** The two sockets of a connection. */
export interface UnixPair {
  readonly netns: number;
  /** The socket that connected. */
  readonly client: UnixSocket;
  /** The accepted socket; absent while the connection is in the accept queue. */
  readonly accepted?: UnixSocket;
  readonly listener?: UnixSocket;
  /** Whether the sockets determine the client; if not, there is a second pair with the roles swapped. */
  readonly settled: boolean;
}

/**
 * Pairs the sockets of each connection and determines the client. An accepted socket has the name of its listener, and
 * the client rarely has a name; if it has one, the listener determines which is which. Two sockets without a name are a
 * socketpair(2) and not a dependency. Both sockets are in the client's network namespace (net/unix/af_unix.c,
 * unix_stream_connect), while a listener bound to a file can be in any.
 */
export function pairUnix(readings: readonly UnixReading[]): UnixPair[] {
  const listeners = new Map<string, UnixSocket>();
  const connected = new Map<number, { netns: number; socket: UnixSocket }>();
  for (const { netns, sockets } of readings) {
    for (const socket of sockets) {
      if (isUnixListener(socket)) listeners.set(addressKey(netns, socket), socket);
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
        const listener = listeners.get(addressKey(netns, socket));
        const settled = client.name === '' || (!!listener && !listeners.has(addressKey(netns, client)));
        pairs.push({ netns, client, accepted: socket, ...(listener && { listener }), settled });
      }
    }
  }
  return pairs;
}

/** Identifies an address: the same path can be another file in another container; abstract names belong to a namespace. */
function addressKey(netns: number, { name, file }: UnixSocket): string {
  return `${file || netns} ${name}`;
}
