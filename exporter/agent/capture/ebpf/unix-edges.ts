import { formatUnixName } from '../../net/unix-name.ts';
import type { Observation } from '../capture.ts';
import type { Row, UnixConnectCount, UnixRow } from './layout.ts';

/**
 * Turns the Unix sockets of scan after scan into observations, one for all connections of a process to a name, as
 * seen from the end that asked.
 */
export interface UnixEdges {
  /** `asks` tells every call of connect(2) since the capture began, where the kernel does. */
  observe(rows: readonly Row[], asks: readonly UnixConnectCount[] | undefined): Observation[];
}

/** The connections of one process to one name. */
interface Record {
  readonly observation: Omit<Observation, 'open' | 'opened' | 'remotePid'>;
  /** Who serves it: the same for as long as it is one of those who do. */
  remotePid: number;
  readonly servers: Set<number>;
  open: number;
  opened: number;
}

/** The calls of one process to one name. */
interface Calls {
  readonly ask: UnixConnectCount;
  /** Since the pass before. */
  readonly more: number;
}

const INIT = 1;

export function createUnixEdges(): UnixEdges {
  let records = new Map<string, Record>();
  let met: ReadonlySet<string> | undefined;
  let callsBefore = new Map<string, Calls>();
  /** The last image of a process that has called, by process and name. */
  let images = new Map<string, number>();
  let listenersBefore = new Map<string, UnixRow>();
  let serial = 0;

  function callsOf(asks: readonly UnixConnectCount[]): Map<string, Calls> {
    const calls = new Map<string, Calls>();
    for (const ask of asks) {
      const key = keyOf(ask, ask.name, ask.image);
      const last = callsBefore.get(key)?.ask.count ?? 0;
      // Counted from nothing again once the kernel has dropped and remade its entry.
      calls.set(key, { ask, more: ask.count < last ? ask.count : ask.count - last });
    }
    return calls;
  }

  function imagesOf(calls: Iterable<Calls>): Map<string, number> {
    const last = new Map<string, number>();
    for (const { ask, more } of calls) {
      const key = keyOf(ask, ask.name);
      if (more > 0 || (images.get(key) === ask.image && !last.has(key))) last.set(key, ask.image);
    }
    return last;
  }

  return {
    observe(rows, asks = []) {
      const before = records;
      records = new Map();
      const recordOf = (at: Place, name: Buffer, image: number | undefined, remotePid: number): Record => {
        const key = keyOf(at, name, image);
        let record = records.get(key);
        if (!record) {
          record = before.get(key) ?? newRecord(`unix ${++serial}`, at, name, image, remotePid);
          record.open = 0;
          record.servers.clear();
          records.set(key, record);
        }
        return record;
      };
      const calls = callsOf(asks);
      images = imagesOf(calls.values());

      const now = new Set<string>();
      for (const { client, served } of pairsOf(rows)) {
        const image = images.get(keyOf(client, served.name));
        const record = recordOf(client, served.name, image, served.pid);
        const connection = `${client.socket} ${client.inode}`;
        now.add(connection);
        record.open++;
        record.servers.add(served.pid);
        // Without a call to that name, which another path may lead to: opened when it is first met, unless it was
        // there before.
        if (image === undefined && met && !met.has(connection)) record.opened++;
      }
      met = now;

      // The kernel does not tell which calls succeeded: those to a name on which someone listens are taken to have.
      const listeners = new Map(listenersOf(rows).map((row) => [placeOf(row.netns, row.name), row]));
      for (const [key, { ask, more }] of calls) {
        const place = placeOf(ask.netns, ask.name);
        const listener = listeners.get(place) ?? listenersBefore.get(place);
        if (!listener && !before.has(key)) continue;
        const record = recordOf(ask, ask.name, ask.image, listener?.pid ?? 0);
        if (!listener || more === 0) continue;
        record.opened += more;
        record.servers.add(listener.pid);
      }
      callsBefore = calls;
      listenersBefore = listeners;
      return [...records.values()].map(toObservation);
    },
  };
}

function newRecord(
  id: string,
  { netns, pid }: Place,
  name: Buffer,
  image: number | undefined,
  remotePid: number,
): Record {
  const remoteAddress = formatUnixName(name.toString('latin1'));
  return {
    observation: {
      ...{ id, netns, transport: 'unix', direction: 'outbound', pid, image },
      ...{ localAddress: '', remoteAddress, port: 0 },
    },
    ...{ remotePid, servers: new Set(), open: 0, opened: 0 },
  };
}

function toObservation(record: Record): Observation {
  const { observation, servers, open, opened } = record;
  const [server = record.remotePid] = servers;
  if (!servers.has(record.remotePid)) record.remotePid = server;
  return { ...observation, remotePid: record.remotePid, open, opened };
}

/** Several processes may hold a socket: the first of them leads, but init only where there is no other. */
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
 * Both ends of each connection. An accepted socket shares its listener's name in the kernel, the very object
 * (net/unix/af_unix.c, unix_stream_connect): so who asked is told even once the listener is gone.
 */
function pairsOf(rows: readonly Row[]): { client: UnixRow; served: UnixRow }[] {
  const connected = rows.filter((row): row is UnixRow => row.kind === 'unix' && !row.listens);
  const ends = firstHolders(connected);
  const listeners = new Map(listenersOf(rows).map((row) => [row.nameId, row]));
  const pairs: { client: UnixRow; served: UnixRow }[] = [];
  for (const client of ends.values()) {
    const { nameId, peerNameId } = client;
    const listener = listeners.get(peerNameId);
    const isClient = listener ? !listeners.has(nameId) : peerNameId !== '' && nameId === '';
    // What no process has accepted yet is the listener's.
    const served = ends.get(client.peer) ?? listener;
    if (isClient && served) pairs.push({ client, served });
  }
  return pairs;
}

/** A process, and the namespace of the sockets with which it asks. */
type Place = Pick<UnixRow, 'netns' | 'pid'>;

function keyOf({ netns, pid }: Place, name: Buffer, image?: number): string {
  return `${netns} ${pid} ${image} ${name.toString('latin1')}`;
}

/** A path means the same in every network namespace, an abstract name does not. */
function placeOf(netns: number, name: Buffer): string {
  return `${name[0] === 0 ? netns : ''} ${name.toString('latin1')}`;
}
