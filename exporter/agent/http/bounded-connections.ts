import type { Socket } from 'node:net';

export interface ConnectionBounds {
  /** The most connections without a complete request, which cost a file descriptor each. */
  readonly waiting: number;
  /** The most connections that get or have got a response: the kernel keeps megabytes for a client that does not read. */
  readonly served: number;
  /** How long a client can take to send a request, in ms; also how long a connection is kept without one. */
  readonly requestTimeout: number;
  /** How long a client can take to read a response, in ms. */
  readonly responseTimeout: number;
}

/** The connections of a listener, within bounds. */
export interface BoundedConnections {
  /** Adds a new connection. If there are too many, another one is closed. */
  add(socket: Socket): void;
  /** The request of a connection is complete. False if it already gets a response: it is closed. */
  beginResponse(peer: Peer): boolean;
  /** The client has read a part of the response. */
  progress(peer: Peer): void;
  endResponse(peer: Peer): void;
  closeAll(): void;
}

/** The remote endpoint of a connection, which is the same for a socket and TLS on top of it. */
type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>;

interface Connection {
  readonly key: string;
  readonly socket: Socket;
  readonly peer: string;
  isResponding: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** Connections by remote endpoint, the one without progress for longest first. */
type Pool = Map<string, Connection>;

/**
 * Bounds the connections of a listener. What exceeds a bound is taken from the peer with the most connections, the one
 * without progress for longest: a client with few connections that sends its request is not affected by others, however
 * many they are.
 */
export function createBoundedConnections(bounds: ConnectionBounds): BoundedConnections {
  const waiting: Pool = new Map();
  const served: Pool = new Map();

  function closeSurplus(pool: Pool, most: number): void {
    const victim = pool.size >= most ? victimOf(pool) : undefined;
    if (!victim) return;
    remove(victim);
    victim.socket.destroy();
  }

  function arm(connection: Connection, milliseconds: number): void {
    clearTimeout(connection.timer);
    connection.timer = setTimeout(() => connection.socket.destroy(), milliseconds).unref();
  }

  /** Not by its key only: the same client port might be in use again. */
  function remove(connection: Connection): void {
    clearTimeout(connection.timer);
    for (const pool of [waiting, served])
      if (pool.get(connection.key) === connection) pool.delete(connection.key);
  }

  return {
    add(socket) {
      const key = keyOf(socket);
      // It has been closed meanwhile.
      if (key === undefined) return void socket.destroy();
      closeSurplus(waiting, bounds.waiting);
      const peer = peerOf(socket.remoteAddress ?? '');
      const connection: Connection = { key, socket, peer, isResponding: false, timer: undefined };
      waiting.set(key, connection);
      arm(connection, bounds.requestTimeout);
      socket.once('close', () => remove(connection));
    },
    beginResponse(peer) {
      const key = keyOf(peer);
      const connection = key === undefined ? undefined : (waiting.get(key) ?? served.get(key));
      if (key === undefined || !connection) return false;
      if (connection.isResponding) {
        connection.socket.destroy();
        return false;
      }
      connection.isResponding = true;
      waiting.delete(key);
      served.delete(key);
      closeSurplus(served, bounds.served);
      served.set(key, connection);
      arm(connection, bounds.responseTimeout);
      return true;
    },
    progress(peer) {
      const key = keyOf(peer);
      const connection = key === undefined ? undefined : served.get(key);
      if (key === undefined || !connection) return;
      served.delete(key);
      served.set(key, connection);
    },
    endResponse(peer) {
      const key = keyOf(peer);
      const connection = key === undefined ? undefined : served.get(key);
      if (!connection) return;
      connection.isResponding = false;
      arm(connection, bounds.requestTimeout);
    },
    closeAll() {
      for (const { socket } of [...waiting.values(), ...served.values()]) socket.destroy();
    },
  };
}

function keyOf({ remoteAddress, remotePort }: Peer): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}

/** All connections of this host are of one peer, and so are those of an IPv6 network of 64 bits: they can have any address. */
function peerOf(address: string): string {
  const v4 = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (/^127\./.test(v4) || address === '::1') return 'localhost';
  return v4.includes('.') ? v4 : v4.split(':').slice(0, 4).join(':');
}

/** Of the peer with the most connections, the one without progress for longest; those with a response in progress last. */
function victimOf(pool: Pool): Connection | undefined {
  const counts = new Map<string, number>();
  for (const { peer } of pool.values()) counts.set(peer, (counts.get(peer) ?? 0) + 1);
  const most = Math.max(...counts.values());
  let fallback: Connection | undefined;
  for (const connection of pool.values()) {
    if (counts.get(connection.peer) !== most) continue;
    if (!connection.isResponding) return connection;
    fallback ??= connection;
  }
  return fallback;
}
