import { FatalError } from '../../fatal-error.ts';
import type { NetworkNamespace } from '../../native/enter-namespace.ts';
import { isResourceError } from '../../native/resource-error.ts';
import { ANY_IPV4, ANY_IPV6 } from '../../net/address.ts';
import { socketKey } from '../../net/listener-index.ts';
import { formatUnixName } from '../../net/unix-name.ts';
import { listNetworkNamespaces, ownNetworkNamespace } from '../../proc/namespaces.ts';
import { listPids } from '../../proc/pids.ts';
import { readEphemeralPorts } from '../../proc/port-range.ts';
import { createSocketOwners } from '../../proc/socket-owners.ts';
import {
  type Capture,
  type CaptureName,
  type Listener,
  type NamespaceReading,
  type Observation,
  type Reading,
  skippedNamespaces,
} from '../capture.ts';
import { createConnections } from './connections.ts';
import { createDirections } from './direction.ts';
import { createListeningSet, type ListeningSet } from './listening.ts';
import { acceptsAnyPeer, isConnection, type SocketRows, type SocketTable } from './socket.ts';
import { createUnixConnections } from './unix-connections.ts';
import { pairUnix } from './unix-pairs.ts';
import { isUnixListener, type UnixSocket } from './unix-socket.ts';

export interface PollingOptions {
  readonly procRoot: string;
  /** Which network namespaces to read: the agent's own, or those of all processes. */
  readonly netns: 'self' | 'all';
  /** Whether to trace single connections, for captures that aggregate connections; by default they do. */
  readonly traced?: boolean;
}

interface NamespaceSockets extends SocketRows {
  readonly reading: NamespaceReading;
}

/** A capture that reads the socket tables of all namespaces in each cycle, from `table`. */
export function createPollingCapture(
  name: CaptureName,
  table: SocketTable,
  { procRoot, netns }: PollingOptions,
): Capture {
  const connections = createConnections();
  const unixConnections = createUnixConnections();
  const owners = createSocketOwners(procRoot);
  const ephemeral = readEphemeralPorts(procRoot);
  let listeningBefore = new Map<number, ListeningSet>();

  function readNamespace(namespace: NetworkNamespace): NamespaceSockets {
    const reading = { netns: namespace.netns, pid: namespace.pid };
    try {
      return { reading, ...table.read(namespace) };
    } catch (error) {
      if (error instanceof FatalError || isResourceError(error)) throw error;
      return { reading: { ...reading, skipped: (error as Error).message }, sockets: [], unix: [] };
    }
  }

  async function read(): Promise<Reading> {
    const pids = listPids(procRoot);
    const { namespaces, denied: hidden } =
      netns === 'self'
        ? { namespaces: ownNetworkNamespace(procRoot), denied: 0 }
        : listNetworkNamespaces(procRoot, pids);
    const readings = namespaces.map((namespace) => {
      const rows = readNamespace(namespace);
      return { ...rows, listening: createListeningSet(rows.sockets, ephemeral) };
    });
    const own = readings[0];
    if (!own) throw new Error(`cannot read sockets: no network namespace found in ${procRoot}`);
    if (own.reading.skipped !== undefined) throw new Error(`cannot read sockets: ${own.reading.skipped}`);

    const namespaceReadings = readings.map(({ reading }) => reading);
    const unread = new Set(
      skippedNamespaces({ namespaces: namespaceReadings }).map((reading) => reading.netns),
    );
    const unix = readings.map(({ reading, unix }) => ({ netns: reading.netns, sockets: unix }));
    unixConnections.update(pairUnix(unix), unread);
    const wanted = inodesOf(readings);
    for (const inode of unixConnections.inodes()) wanted.add(inode);
    // Listed again: a server might have forked for a connection since.
    const { owners: pidOf, denied } = owners.find(wanted, listPids(procRoot));
    const ownerOf = (inode: number) => pidOf.get(inode);
    const observations: Observation[] = [];
    const listeners: Listener[] = [];
    const tables = readings.map(({ reading, sockets, listening }) => {
      const before = listeningBefore.get(reading.netns);
      return { netns: reading.netns, sockets, listening: before ? [listening, before] : [listening] };
    });
    const directions = createDirections(tables, ephemeral);
    connections.beginCycle();
    for (const { reading, sockets, unix, listening } of readings) {
      if (unread.has(reading.netns)) connections.hold(reading.netns);
      for (const seen of connections.observe(reading.netns, sockets, directions, ownerOf))
        observations.push(seen);
      for (const listener of eachOnce(listenersOf(reading.netns, listening, ownerOf)))
        listeners.push(listener);
      for (const listener of unixListenersOf(reading.netns, unix, ownerOf)) listeners.push(listener);
    }
    for (const seen of connections.missing()) observations.push(seen);
    for (const seen of unixConnections.observe(ownerOf)) observations.push(seen);
    listeningBefore = new Map(readings.map(({ reading, listening }) => [reading.netns, listening]));
    return {
      observations,
      listeners,
      sockets: readings.reduce((sum, { sockets, unix }) => sum + sockets.length + unix.length, 0),
      namespaces: namespaceReadings,
      hiddenProcesses: Math.max(hidden, denied),
    };
  }

  return { name, read, close: () => table.close() };
}

/** The inodes of the sockets whose processes are needed, except those of Unix connections. */
function inodesOf(readings: readonly SocketRows[]): Set<number> {
  const inodes = new Set<number>();
  for (const { sockets, unix } of readings) {
    for (const socket of sockets)
      if (isConnection(socket) || acceptsAnyPeer(socket)) inodes.add(socket.inode);
    for (const socket of unix) if (isUnixListener(socket)) inodes.add(socket.inode);
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
      listening
        .find({ transport, localAddress: ANY_IPV4, localPort })
        .every((listener) => listener.localAddress !== ANY_IPV6),
  }));
}

/** A process may listen on an address with several sockets, of which some are held by no process. */
function eachOnce(listeners: readonly Listener[]): Listener[] {
  const groups = Map.groupBy(listeners, socketKey);
  return [...groups.values()].flatMap((group) => {
    const byPid = new Map(group.map((listener) => [listener.pid, listener]));
    if (byPid.size > 1) byPid.delete(undefined);
    return [...byPid.values()];
  });
}

function unixListenersOf(
  netns: number,
  unix: readonly UnixSocket[],
  ownerOf: (inode: number) => number | undefined,
): Listener[] {
  return unix.filter(isUnixListener).map(({ name, inode }) => ({
    netns,
    transport: 'unix',
    address: formatUnixName(name),
    port: 0,
    pid: ownerOf(inode),
    ipv6Only: false,
  }));
}
