import { type Direction, type Observation, TRAFFIC_COUNTS } from '../capture.ts';
import { isConnection, isOpen, type Socket } from './socket.ts';
import { TcpState } from './tcp-state.ts';

/** A connection that is remembered from pass to pass, because a later look tells less than an earlier one. */
interface Connection {
  readonly id: string;
  readonly netns: number;
  direction: Direction;
  inode: number;
  pid: number | undefined;
  timeWait: boolean;
  pass: number;
  /** The first sight of a connection older than the capture: what it had done by then is not counted. */
  readonly before: Socket | undefined;
}

/** Turns the sockets of pass after pass into observations of connections. */
export interface Connections {
  /** Starts a pass: what it does not mention is forgotten at the next one. */
  beginCycle(): void;
  /**
   * The observations of one namespace. `cameThrough` gives the listener of a connection that the other end asked
   * for, `ownerOf` the process that holds a socket.
   */
  observe(
    netns: number,
    sockets: readonly Socket[],
    cameThrough: (socket: Socket) => Socket | undefined,
    ownerOf: (inode: number) => number | undefined,
  ): Observation[];
  /** Takes the connections of a namespace that could not be read in this pass to be as they were. */
  hold(netns: number): void;
}

/**
 * Direction, process and identity are settled when a connection is first seen and kept: once its listener or
 * its process is gone, or it is in TIME_WAIT, the socket table no longer tells. Only what the socket itself
 * tells of its direction goes before what was settled. A connection too short to be met open is still met in
 * TIME_WAIT, for a minute, at the end that closed first.
 */
export function createConnections(): Connections {
  const connections = new Map<string, Connection>();
  let pass = 0;
  let serial = 0;

  /** Undefined for a row met before in this pass: a table that changes while it is read may show one twice. */
  function recognise(
    netns: number,
    socket: Socket,
    cameThrough: (socket: Socket) => Socket | undefined,
    ownerOf: (inode: number) => number | undefined,
  ): Connection | undefined {
    const key = keyOf(netns, socket);
    const timeWait = socket.transport === 'tcp' && socket.state === TcpState.timeWait;
    const known = connections.get(key);
    if (known && isSame(known, socket.inode, timeWait)) {
      if (known.pass === pass) return undefined;
      known.direction = ownDirection(socket) ?? known.direction;
      known.inode = socket.inode || known.inode;
      known.pid = ownerOf(socket.inode) ?? known.pid;
      known.timeWait = timeWait;
      known.pass = pass;
      return known;
    }
    const listener = cameThrough(socket);
    const direction = ownDirection(socket) ?? (listener ? 'inbound' : 'outbound');
    // What no process has accepted yet, or none holds any more, is the listener's.
    const heir = direction === 'inbound' && listener ? ownerOf(listener.inode) : undefined;
    const connection: Connection = {
      id: `${++serial}`,
      netns,
      direction,
      inode: socket.inode,
      pid: ownerOf(socket.inode) ?? heir,
      timeWait,
      pass,
      before: pass === 1 ? socket : undefined,
    };
    connections.set(key, connection);
    return connection;
  }

  return {
    beginCycle() {
      for (const [key, connection] of connections) if (connection.pass < pass) connections.delete(key);
      pass++;
    },
    observe(netns, sockets, cameThrough, ownerOf) {
      const observations: Observation[] = [];
      for (const socket of sockets) {
        if (!isConnection(socket)) continue;
        const connection = recognise(netns, socket, cameThrough, ownerOf);
        if (connection) observations.push(toObservation(netns, socket, connection));
      }
      return observations;
    },
    hold(netns) {
      for (const connection of connections.values()) if (connection.netns === netns) connection.pass = pass;
    },
  };
}

/** Several UDP sockets may have the same two ends (SO_REUSEPORT), and each keeps its inode to its end. */
function keyOf(netns: number, socket: Socket): string {
  const { transport, localAddress, localPort, remoteAddress, remotePort, inode } = socket;
  const ends = `${netns} ${transport} ${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
  return transport === 'udp' ? `${ends} ${inode}` : ends;
}

function ownDirection({ initiated }: Socket): Direction | undefined {
  if (initiated === undefined) return undefined;
  return initiated ? 'outbound' : 'inbound';
}

/** Whether a row with the same ends is the same connection, and not a later one that took over its ports. */
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
    port: direction === 'inbound' ? socket.localPort : socket.remotePort,
    clientPort: direction === 'inbound' ? socket.remotePort : socket.localPort,
    pid,
    open: isOpen(socket) ? 1 : 0,
    opened: before ? 0 : 1,
  };
  for (const count of TRAFFIC_COUNTS) {
    const value = socket[count];
    if (value !== undefined) observation[count] = value - (before?.[count] ?? 0);
  }
  if (socket.rtt !== undefined) observation.rtt = socket.rtt;
  return observation;
}
