import { formatUnixName } from '../../net/unix-name.ts';
import type { Observation } from '../capture.ts';
import type { Row, UnixConnectCount, UnixRow } from './layout.ts';

/** Turns the Unix sockets of each scan into observations: one per client process and name, seen from the client. */
export interface UnixEdges {
  /** `connects` has all connection attempts since the capture started; undefined if the kernel does not support it. */
  observe(rows: readonly Row[], connects: readonly UnixConnectCount[] | undefined): Observation[];
}

/** The connections of one process to one name. */
interface UnixEdge {
  readonly observation: Omit<Observation, 'open' | 'opened' | 'remotePid'>;
  /** The server process. It stays the same as long as it is among `servers`. */
  remotePid: number;
  readonly servers: Set<number>;
  open: number;
  opened: number;
}

/** The connection attempts of one process to one name. */
interface Attempts {
  readonly connect: UnixConnectCount;
  /** Since the previous scan. */
  readonly added: number;
}

/** A client process, and the network namespace of its sockets. */
type Client = Pick<UnixRow, 'netns' | 'pid'>;

const INIT = 1;

export function createUnixEdges(): UnixEdges {
  let edges = new Map<string, UnixEdge>();
  let connectionsBefore: ReadonlySet<string> | undefined;
  let attemptsBefore = new Map<string, Attempts>();
  /** The last image of each process that has connected, by process and name. */
  let images = new Map<string, number>();
  let listenersBefore = new Map<string, UnixRow>();
  let serial = 0;

  function attemptsOf(connects: readonly UnixConnectCount[]): Map<string, Attempts> {
    const attempts = new Map<string, Attempts>();
    for (const connect of connects) {
      const key = edgeKey(connect, connect.name, connect.image);
      const last = attemptsBefore.get(key)?.connect.count ?? 0;
      // A lower count is that of a new entry, after the old one was removed.
      attempts.set(key, { connect, added: connect.count < last ? connect.count : connect.count - last });
    }
    return attempts;
  }

  function imagesOf(attempts: Iterable<Attempts>): Map<string, number> {
    const last = new Map<string, number>();
    for (const { connect, added } of attempts) {
      const key = edgeKey(connect, connect.name);
      if (added > 0 || (images.get(key) === connect.image && !last.has(key))) last.set(key, connect.image);
    }
    return last;
  }

  return {
    observe(rows, connects = []) {
      const before = edges;
      edges = new Map();
      const edgeOf = (
        client: Client,
        name: Buffer,
        image: number | undefined,
        remotePid: number,
      ): UnixEdge => {
        const key = edgeKey(client, name, image);
        let edge = edges.get(key);
        if (!edge) {
          edge = before.get(key) ?? newEdge(`unix ${++serial}`, client, name, image, remotePid);
          edge.open = 0;
          edge.servers.clear();
          edges.set(key, edge);
        }
        return edge;
      };
      const attempts = attemptsOf(connects);
      images = imagesOf(attempts.values());

      const connections = new Set<string>();
      for (const { client, server } of pairsOf(rows)) {
        const image = images.get(edgeKey(client, server.name));
        const edge = edgeOf(client, server.name, image, server.pid);
        const connection = `${client.socket} ${client.inode}`;
        connections.add(connection);
        edge.open++;
        edge.servers.add(server.pid);
        // No attempt was recorded under this name; it may have used another path. It counts as opened when first seen,
        // unless it predates the capture.
        if (image === undefined && connectionsBefore && !connectionsBefore.has(connection)) edge.opened++;
      }
      connectionsBefore = connections;

      // The outcome of an attempt is not known. It counts as opened if the name has a listener.
      const listeners = new Map(listenersOf(rows).map((row) => [nameKey(row.netns, row.name), row]));
      for (const [key, { connect, added }] of attempts) {
        const name = nameKey(connect.netns, connect.name);
        const listener = listeners.get(name) ?? listenersBefore.get(name);
        if (!listener && !before.has(key)) continue;
        const edge = edgeOf(connect, connect.name, connect.image, listener?.pid ?? 0);
        if (!listener || added === 0) continue;
        edge.opened += added;
        edge.servers.add(listener.pid);
      }
      attemptsBefore = attempts;
      listenersBefore = listeners;
      return [...edges.values()].map(toObservation);
    },
  };
}

function newEdge(
  id: string,
  { netns, pid }: Client,
  name: Buffer,
  image: number | undefined,
  remotePid: number,
): UnixEdge {
  const remoteAddress = formatUnixName(name.toString('latin1'));
  return {
    observation: {
      ...{ id, netns, transport: 'unix', direction: 'outbound', pid, image },
      ...{ localAddress: '', remoteAddress, port: 0 },
    },
    ...{ remotePid, servers: new Set(), open: 0, opened: 0 },
  };
}

function toObservation(edge: UnixEdge): Observation {
  const { observation, servers, open, opened } = edge;
  const [server = edge.remotePid] = servers;
  if (!servers.has(edge.remotePid)) edge.remotePid = server;
  return { ...observation, remotePid: edge.remotePid, open, opened };
}

/** Of several processes that hold a socket, the first is the leader; init only if there is no other. */
function firstHolders(rows: readonly UnixRow[]): Map<string, UnixRow> {
  const first = new Map<string, UnixRow>();
  for (const row of rows) {
    const known = first.get(row.socket);
    if (!known || known.pid === INIT) first.set(row.socket, row);
  }
  return first;
}

function listenersOf(rows: readonly Row[]): UnixRow[] {
  const listening = rows.filter((row): row is UnixRow => row.kind === 'unix' && row.listens);
  return [...firstHolders(listening).values()];
}

/**
 * Both sockets of each connection. An accepted socket shares the kernel's name object with its listener
 * (net/unix/af_unix.c, unix_stream_connect), so the client is known even after the listener has closed.
 */
function pairsOf(rows: readonly Row[]): { client: UnixRow; server: UnixRow }[] {
  const connected = rows.filter((row): row is UnixRow => row.kind === 'unix' && !row.listens);
  const sockets = firstHolders(connected);
  const listeners = new Map(listenersOf(rows).map((row) => [row.nameId, row]));
  const pairs: { client: UnixRow; server: UnixRow }[] = [];
  for (const client of sockets.values()) {
    const { nameId, peerNameId } = client;
    const listener = listeners.get(peerNameId);
    const isClient = listener ? !listeners.has(nameId) : peerNameId !== '' && nameId === '';
    // A connection that is not accepted yet belongs to the listener.
    const server = sockets.get(client.peer) ?? listener;
    if (isClient && server) pairs.push({ client, server });
  }
  return pairs;
}

function edgeKey({ netns, pid }: Client, name: Buffer, image?: number): string {
  return `${netns} ${pid} ${image} ${name.toString('latin1')}`;
}

/** A path means the same in every network namespace, an abstract name does not. */
function nameKey(netns: number, name: Buffer): string {
  return `${name[0] === 0 ? netns : ''} ${name.toString('latin1')}`;
}
