import { ANY_IPV4, ANY_IPV6 } from '../../net/address.ts';
import { listNetworkNamespaces, type NetworkNamespace, ownNetworkNamespace } from '../../proc/namespaces.ts';
import { listPids } from '../../proc/pids.ts';
import { readEphemeralPorts } from '../../proc/port-range.ts';
import { createSocketOwners } from '../../proc/socket-owners.ts';
import type { Capture, CaptureName, Listener, NamespaceReading, Observation, Pass } from '../capture.ts';
import { createConnections } from './connections.ts';
import { createListeningSet, type ListeningSet } from './listening.ts';
import { isConnection, type Socket, type SocketTable, takesFromAnyone } from './socket.ts';

export interface PollingOptions {
  readonly procRoot: string;
  /** Which network namespaces: that of this process, or every one in which a process lives. */
  readonly netns: 'self' | 'all';
}

/** An error after which the process must not go on, such as a thread left in a foreign namespace. */
export interface FatalError extends Error {
  readonly fatal: true;
}

/** A capture that reads the socket tables of all namespaces anew at each pass, from `table`. */
export function createPollingCapture(
  name: CaptureName,
  table: SocketTable,
  { procRoot, netns }: PollingOptions,
): Capture {
  const connections = createConnections();
  const owners = createSocketOwners(procRoot);
  const ephemeral = readEphemeralPorts(procRoot);
  let listeningBefore = new Map<number, ListeningSet>();

  function readNamespace(namespace: NetworkNamespace): { reading: NamespaceReading; sockets: Socket[] } {
    const reading = { netns: namespace.netns, pid: namespace.pid };
    try {
      return { reading, sockets: table.read(namespace) };
    } catch (error) {
      if ((error as Partial<FatalError>).fatal) throw error;
      return { reading: { ...reading, skipped: (error as Error).message }, sockets: [] };
    }
  }

  async function read(): Promise<Pass> {
    const pids = listPids(procRoot);
    const { namespaces, denied: hidden } =
      netns === 'self'
        ? { namespaces: ownNetworkNamespace(procRoot), denied: 0 }
        : listNetworkNamespaces(procRoot, pids);
    const readings = namespaces.map((namespace) => {
      const { reading, sockets } = readNamespace(namespace);
      return { reading, sockets, listening: createListeningSet(sockets, ephemeral) };
    });
    const own = readings[0];
    if (!own) throw new Error(`cannot read sockets: no network namespace is to be seen in ${procRoot}`);
    if (own.reading.skipped !== undefined) throw new Error(`cannot read sockets: ${own.reading.skipped}`);

    // Listed anew: a server may have forked for a connection since.
    const { owners: pidOf, denied } = owners.find(inodesOf(readings), listPids(procRoot));
    const ownerOf = (inode: number) => pidOf.get(inode);
    const observations: Observation[] = [];
    const listeners: Listener[] = [];
    connections.beginPass();
    for (const { reading, sockets, listening } of readings) {
      if (reading.skipped !== undefined) connections.hold(reading.netns);
      const cameThrough = (socket: Socket) =>
        // A server may take one connection and stop listening, all between two passes.
        listening.find(socket) ?? listeningBefore.get(reading.netns)?.find(socket);
      for (const seen of connections.observe(reading.netns, sockets, cameThrough, ownerOf))
        observations.push(seen);
      for (const listener of listenersOf(reading.netns, listening, ownerOf)) listeners.push(listener);
    }
    listeningBefore = new Map(readings.map(({ reading, listening }) => [reading.netns, listening]));
    return {
      observations,
      listeners,
      sockets: readings.reduce((sum, { sockets }) => sum + sockets.length, 0),
      namespaces: readings.map(({ reading }) => reading),
      hiddenProcesses: Math.max(hidden, denied),
    };
  }

  return { name, read, close: () => table.close() };
}

function inodesOf(readings: readonly { sockets: readonly Socket[] }[]): Set<number> {
  const inodes = new Set<number>();
  for (const { sockets } of readings) {
    for (const socket of sockets)
      if (isConnection(socket) || takesFromAnyone(socket)) inodes.add(socket.inode);
  }
  return inodes;
}

function listenersOf(
  netns: number,
  listening: ListeningSet,
  ownerOf: (inode: number) => number | undefined,
): Listener[] {
  return listening.sockets.map(({ transport, localAddress, localPort, inode }) => ({
    netns,
    transport,
    address: localAddress,
    port: localPort,
    pid: ownerOf(inode),
    ipv6Only:
      localAddress === ANY_IPV6 &&
      listening.find({ transport, localAddress: ANY_IPV4, localPort })?.localAddress !== ANY_IPV6,
  }));
}
