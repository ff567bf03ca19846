import type { Observation } from '../capture.ts';
import { formatUnixName } from '../polling/unix-socket.ts';
import type { Row } from './kernel-program.ts';
import type { UnixAsk, UnixRow } from './layout.ts';

/**
 * Turns the Unix sockets of walk after walk into observations, one for all connections of a process to a name, as
 * seen from the end that asked.
 */
export interface UnixEnds {
  /** `asks` tells every call of connect(2) since the capture began, where the kernel does. */
  observe(rows: readonly Row[], asks: readonly UnixAsk[] | undefined): Observation[];
}

/** The connections of one process to one name. */
interface Record {
  readonly observation: Omit<Observation, 'open' | 'opened'>;
  open: number;
  opened: number;
}

const INIT = 1;

export function createUnixEnds(): UnixEnds {
  let records = new Map<string, Record>();
  let met: ReadonlySet<string> | undefined;
  let askedBefore = new Map<string, number>();
  let listenersBefore = new Map<string, UnixRow>();

  return {
    observe(rows, asks) {
      const before = records;
      records = new Map();
      const recordOf = (netns: number, pid: number, name: Buffer, remotePid: number): Record => {
        const key = keyOf(netns, pid, name);
        let record = records.get(key);
        if (!record) {
          record = before.get(key) ?? newRecord(`unix ${key}`, netns, pid, name, remotePid);
          record.open = 0;
          records.set(key, record);
        }
        return record;
      };

      const now = new Set<string>();
      for (const { client, served } of pairsOf(rows)) {
        const record = recordOf(client.netns, client.pid, served.name, served.pid);
        const connection = `${client.socket} ${client.inode}`;
        now.add(connection);
        record.open++;
        // Without the calls: opened when it is first met, unless it was there before.
        if (!asks && met && !met.has(connection)) record.opened++;
      }
      met = now;

      // The kernel does not tell which calls succeeded: those to a name on which someone listens are taken to have.
      const listeners = new Map(listenersOf(rows).map((row) => [placeOf(row.netns, row.name), row]));
      const asked = new Map<string, number>();
      for (const { netns, pid, name, count } of asks ?? []) {
        const key = keyOf(netns, pid, name);
        asked.set(key, count);
        const last = askedBefore.get(key) ?? 0;
        const place = placeOf(netns, name);
        const listener = listeners.get(place) ?? listenersBefore.get(place);
        if (!listener && !before.has(key)) continue;
        const record = recordOf(netns, pid, name, listener?.pid ?? 0);
        // Counted from nothing again once the kernel has dropped and remade its entry.
        if (listener) record.opened += count < last ? count : count - last;
      }
      askedBefore = asked;
      listenersBefore = listeners;
      return [...records.values()].map(({ observation, open, opened }) => ({ ...observation, open, opened }));
    },
  };
}

function newRecord(id: string, netns: number, pid: number, name: Buffer, remotePid: number): Record {
  const remoteAddress = formatUnixName(name.toString('latin1'));
  const ends = { localAddress: '', remoteAddress, port: 0, pid, remotePid };
  return {
    observation: { id, netns, transport: 'unix', direction: 'outbound', ...ends },
    ...{ open: 0, opened: 0 },
  };
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

function keyOf(netns: number, pid: number, name: Buffer): string {
  return `${netns} ${pid} ${name.toString('latin1')}`;
}

/** A path means the same in every network namespace, an abstract name does not. */
function placeOf(netns: number, name: Buffer): string {
  return `${name[0] === 0 ? netns : ''} ${name.toString('latin1')}`;
}
