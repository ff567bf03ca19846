import { formatUnixName } from '../../net/unix-name.ts';
import type { Observation } from '../capture.ts';
import type { Row, UnixConnectCount, UnixListenerId, UnixRow } from './layout.ts';
import { bySocket, ownerOf } from './owner.ts';
import { createUnixListeners, type UnixServer } from './unix-listeners.ts';

/** Turns the Unix sockets of each scan into observations: one per client process and listener, seen from the client. */
export interface UnixEdges {
  /** `connects` has all connections since the capture started; undefined if the kernel does not show them. */
  observe(
    rows: readonly Row[],
    listeners: readonly UnixRow[],
    connects: readonly UnixConnectCount[] | undefined,
  ): Observation[];
}

/** The connections of one process to one listener. */
interface UnixEdge {
  readonly observation: Omit<Observation, 'open' | 'opened' | 'remotePid'>;
  /** The server process. It stays the same as long as it is among `servers`. */
  remotePid: number | undefined;
  readonly servers: Set<number>;
  open: number;
  opened: number;
}

/** What the kernel counts of one process and listener, or name. */
interface Attempts {
  readonly connect: UnixConnectCount;
  /** Since the previous scan. */
  readonly added: number;
  /** The edge on which they were last counted. */
  edge?: string;
}

/** A client process, and the network namespace of its sockets. */
type Client = Pick<UnixRow, 'netns' | 'pid'>;

export function createUnixEdges(): UnixEdges {
  let edges = new Map<string, UnixEdge>();
  let connectionsBefore: ReadonlySet<string> | undefined;
  let attemptsBefore = new Map<string, Attempts>();
  /** The last image of each process that has connected, by process and name. */
  let images = new Map<string, number>();
  const servers = createUnixListeners();
  let serial = 0;

  function attemptsOf(connects: readonly UnixConnectCount[]): Map<string, Attempts> {
    const attempts = new Map<string, Attempts>();
    for (const connect of connects) {
      const key = attemptsKey(connect);
      const last = attemptsBefore.get(key);
      const count = last?.connect.count ?? 0;
      // A lower count is that of a new entry, after the old one was removed.
      const added = connect.count < count ? connect.count : connect.count - count;
      attempts.set(key, { connect, added, ...(last?.edge !== undefined && { edge: last.edge }) });
    }
    return attempts;
  }

  function imagesOf(attempts: Iterable<Attempts>): Map<string, number> {
    const last = new Map<string, number>();
    for (const { connect, added } of attempts) {
      const key = clientKey(connect, connect.name);
      if (added > 0 || (images.get(key) === connect.image && !last.has(key))) last.set(key, connect.image);
    }
    return last;
  }

  return {
    observe(rows, listeners, connects = []) {
      const before = edges;
      edges = new Map();
      const edgeOf = (key: string, create: () => UnixEdge): UnixEdge => {
        let edge = edges.get(key);
        if (!edge) {
          edge = before.get(key) ?? create();
          edge.open = 0;
          edge.servers.clear();
          edges.set(key, edge);
        }
        return edge;
      };
      const attempts = attemptsOf(connects);
      images = imagesOf(attempts.values());

      const connections = new Set<string>();
      for (const { client, server, listener } of pairsOf(rows, listeners)) {
        const { name } = server;
        const image = images.get(clientKey(client, name));
        const edge = edgeOf(edgeKey(client, name, image, listener), () =>
          newEdge(`unix ${++serial}`, client, name, image, server.pid),
        );
        const connection = `${client.socket} ${client.inode}`;
        connections.add(connection);
        edge.open++;
        edge.servers.add(server.pid);
        // No attempt was recorded under this name; it may have used another path. It counts as opened when first seen,
        // unless it predates the capture.
        if (image === undefined && connectionsBefore && !connectionsBefore.has(connection)) edge.opened++;
      }
      connectionsBefore = connections;

      servers.update(listeners);
      for (const attempt of attempts.values()) {
        const { connect, added } = attempt;
        const server: UnixServer | undefined = servers.serverOf(connect);
        if (server) attempt.edge = edgeKey(connect, connect.name, connect.image, server.listener);
        if (attempt.edge === undefined || (!server && !before.has(attempt.edge))) continue;
        const edge = edgeOf(attempt.edge, () =>
          newEdge(`unix ${++serial}`, connect, connect.name, connect.image, server?.pid),
        );
        if (!server || added === 0) continue;
        edge.opened += added;
        if (server.pid !== undefined) edge.servers.add(server.pid);
      }
      attemptsBefore = attempts;
      return [...edges.values()].map(toObservation);
    },
  };
}

function newEdge(
  id: string,
  { netns, pid }: Client,
  name: Buffer,
  image: number | undefined,
  remotePid: number | undefined,
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
  if (edge.remotePid === undefined || !servers.has(edge.remotePid)) edge.remotePid = server;
  const { remotePid } = edge;
  return { ...observation, ...(remotePid !== undefined && { remotePid }), open, opened };
}

/** Both sockets of a connection, and the listener that it was made through. */
interface Pair {
  readonly client: UnixRow;
  readonly server: UnixRow;
  readonly listener: UnixListenerId;
}

/**
 * Both sockets of each connection. An accepted socket shares the kernel's name object with its listener
 * (net/unix/af_unix.c, unix_stream_connect), so the client is known even after the listener has closed.
 */
function pairsOf(rows: readonly Row[], listening: readonly UnixRow[]): Pair[] {
  const connected = rows.filter((row): row is UnixRow => row.kind === 'unix' && !row.listens);
  const sockets = new Map([...bySocket(connected)].map(([socket, holders]) => [socket, ownerOf(holders)]));
  const listeners = new Map(listening.map((row) => [row.nameId, row]));
  const pairs: Pair[] = [];
  for (const client of sockets.values()) {
    const { nameId, peerNameId, listenerPid } = client;
    const listener = listeners.get(peerNameId);
    const isClient = listener ? !listeners.has(nameId) : peerNameId !== '' && nameId === '';
    // A connection that is not accepted yet belongs to the listener.
    const server = sockets.get(client.peer) ?? listener;
    if (isClient && server)
      pairs.push({ client, server, listener: { nameId: peerNameId, pid: listenerPid } });
  }
  return pairs;
}

function clientKey({ netns, pid }: Client, name: Buffer): string {
  return `${netns} ${pid} ${name.toString('latin1')}`;
}

/** Of two listeners with one name, as in two containers, each has edges of its own. */
function edgeKey(
  client: Client,
  name: Buffer,
  image: number | undefined,
  { nameId, pid }: UnixListenerId,
): string {
  return `${nameId} ${pid} ${image} ${clientKey(client, name)}`;
}

function attemptsKey(connect: UnixConnectCount): string {
  const { image, listener, view, name } = connect;
  return `${listener?.nameId} ${listener?.pid} ${view.mntns} ${view.root} ${image} ${clientKey(connect, name)}`;
}
