import { type Direction, type Observation, TRAFFIC_COUNTS } from '../capture.ts';
import type { Directions } from './direction.ts';
import { isConnection, isOpen, type Socket } from './socket.ts';
import { TcpState } from './tcp-state.ts';

/** A connection that is kept over cycles, because the socket table contains less about it later. */
interface Connection {
  readonly id: string;
  readonly netns: number;
  direction: Direction;
  inode: number;
  pid: number | undefined;
  timeWait: boolean;
  pass: number;
  /** The first row of a pre-existing connection: its counters by then are not counted. */
  readonly before: Socket | undefined;
  last?: Observation;
}

/** Turns the sockets of successive cycles into observations of connections. */
export interface Connections {
  /** Starts a cycle: connections without a row in it, and in the one before, are removed at the next. */
  beginCycle(): void;
  /**
   * The observations of one namespace. `directions` contains what the tables of this cycle show, `ownerOf` returns the
   * process of a socket.
   */
  observe(
    netns: number,
    sockets: readonly Socket[],
    directions: Directions,
    ownerOf: (inode: number) => number | undefined,
  ): Observation[];
  /** Keeps the connections of a namespace that could not be read in this cycle unchanged. */
  hold(netns: number): void;
  /** The connections that have no row in this cycle for the first time, as closed. */
  missing(): Observation[];
}

/**
 * Direction, process and id of a connection are determined when it is first seen, and kept: once its listener or its
 * process has ended, or it is in TIME_WAIT, the socket table does not contain them. Only a direction from the socket
 * itself overrides this. A listener that appears later does not: it can reuse the port of a client. A connection too
 * short to be seen open is still seen in TIME_WAIT, for a minute, at the endpoint that closed first. The kernel can skip
 * a row of a table that changes while it is read (net/ipv4/inet_diag.c continues by count), so that a connection is only
 * removed when it is missing in two cycles: it would be counted again otherwise.
 */
export function createConnections(): Connections {
  const connections = new Map<string, Connection>();
  let pass = 0;
  let serial = 0;

  /** Undefined for a second row in this cycle: a table that changes while it is read can contain a socket twice. */
  function recognise(
    netns: number,
    socket: Socket,
    directions: Directions,
    ownerOf: (inode: number) => number | undefined,
  ): Connection | undefined {
    const key = keyOf(netns, socket);
    const timeWait = socket.transport === 'tcp' && socket.state === TcpState.timeWait;
    const known = connections.get(key);
    if (known && isSame(known, socket.inode, timeWait)) {
      if (known.pass === pass) return undefined;
      known.direction = directionOf(socket) ?? known.direction;
      known.inode = socket.inode || known.inode;
      known.pid = ownerOf(socket.inode) ?? known.pid;
      known.timeWait = timeWait;
      known.pass = pass;
      return known;
    }
    const direction = directionOf(socket) ?? directions.find(netns, socket);
    const listeners = direction === 'inbound' ? directions.listenersOf(netns, socket) : [];
    // A connection that is not accepted yet, or no longer held by a process, is attributed to the listener, unless
    // several processes listen there.
    const [listenerPid, ...others] = new Set(listeners.map(({ inode }) => ownerOf(inode)));
    const connection: Connection = {
      id: `${++serial}`,
      netns,
      direction,
      inode: socket.inode,
      pid: ownerOf(socket.inode) ?? (others.length === 0 ? listenerPid : undefined),
      timeWait,
      pass,
      before: pass === 1 ? socket : undefined,
    };
    connections.set(key, connection);
    return connection;
  }

  return {
    beginCycle() {
      for (const [key, connection] of connections) if (connection.pass < pass - 1) connections.delete(key);
      pass++;
    },
    observe(netns, sockets, directions, ownerOf) {
      const observations: Observation[] = [];
      for (const socket of sockets) {
        if (!isConnection(socket)) continue;
        const connection = recognise(netns, socket, directions, ownerOf);
        if (!connection) continue;
        connection.last = toObservation(netns, socket, connection);
        observations.push(connection.last);
      }
      return observations;
    },
    hold(netns) {
      for (const connection of connections.values()) if (connection.netns === netns) connection.pass = pass;
    },
    missing() {
      const observations: Observation[] = [];
      for (const { pass: seen, last } of connections.values())
        if (seen === pass - 1 && last) observations.push({ ...last, open: 0 });
      return observations;
    },
  };
}

/** Several UDP sockets can have the same addresses and ports (SO_REUSEPORT); their inodes do not change. */
function keyOf(netns: number, socket: Socket): string {
  const { transport, localAddress, localPort, remoteAddress, remotePort, inode } = socket;
  const tuple = `${netns} ${transport} ${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
  return transport === 'udp' ? `${tuple} ${inode}` : tuple;
}

function directionOf({ initiated }: Socket): Direction | undefined {
  if (initiated === undefined) return undefined;
  return initiated ? 'outbound' : 'inbound';
}

/** Whether a row with the same tuple is the same connection, and not a later one that reuses its ports. */
function isSame(known: Connection, inode: number, timeWait: boolean): boolean {
  if (known.timeWait && !timeWait) return false;
  return inode === 0 || known.inode === 0 || inode === known.inode;
}

function toObservation(netns: number, socket: Socket, connection: Connection): Observation {
  const { id, direction, pid, before } = connection;
  const { transport, localAddress, remoteAddress } = socket;
  const observation: { -readonly [K in keyof Observation]: Observation[K] } = {
    id,
    netns,
    transport,
    direction,
    localAddress,
    remoteAddress,
    port: direction === 'outbound' ? socket.remotePort : socket.localPort,
    pid,
    open: isOpen(socket) ? 1 : 0,
    opened: before ? 0 : 1,
  };
  if (direction !== 'unknown')
    observation.clientPort = direction === 'inbound' ? socket.remotePort : socket.localPort;
  for (const count of TRAFFIC_COUNTS) {
    const value = socket[count];
    if (value !== undefined) observation[count] = value - (before?.[count] ?? 0);
  }
  if (socket.rtt !== undefined) observation.rtt = socket.rtt;
  return observation;
}
