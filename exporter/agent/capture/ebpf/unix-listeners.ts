import type { UnixConnectCount, UnixListenerId, UnixRow } from './layout.ts';
import { INIT } from './owner.ts';

/** The listener of a connection, and its process if that is certain. */
export interface UnixServer {
  readonly listener: UnixListenerId;
  readonly pid: number | undefined;
}

/** Finds the listeners to which processes have connected, in the last two scans. */
export interface UnixListeners {
  update(listeners: readonly UnixRow[]): void;
  /** Undefined if there is none with this name where the client looks it up: then the call may have failed. */
  serverOf(connect: UnixConnectCount): UnixServer | undefined;
}

/** The listeners of one scan. */
interface Index {
  readonly byId: ReadonlyMap<string, UnixRow>;
  readonly byName: ReadonlyMap<string, readonly UnixRow[]>;
}

const SLASH = 0x2f;
const NONE: Index = { byId: new Map(), byName: new Map() };

export function createUnixListeners(): UnixListeners {
  let now = NONE;
  let before = NONE;

  function namedServer(connect: UnixConnectCount): UnixServer | undefined {
    const { name: path } = connect;
    // A relative path depends on the current directory of the client.
    if (path[0] !== 0 && path[0] !== SLASH) return undefined;
    const name = nameKey(connect);
    const [row, ...others] = now.byName.get(name) ?? before.byName.get(name) ?? [];
    if (!row) return undefined;
    // The file of an open listener was replaced by another one: only one of them gets the connections.
    const isCertain = others.every(({ pid }) => pid === row.pid);
    return isCertain ? { listener: idOf(row), pid: row.pid } : { listener: UNKNOWN, pid: undefined };
  }

  return {
    update(listeners) {
      before = now;
      now = indexOf(listeners);
    },
    serverOf(connect) {
      const { listener } = connect;
      if (!listener) return namedServer(connect);
      const key = idKey(listener);
      const row = now.byId.get(key) ?? before.byId.get(key);
      // Closed before any scan found it. Init listens for others.
      const pid = row?.pid ?? (listener.pid === INIT ? undefined : listener.pid);
      return { listener, pid };
    },
  };
}

const UNKNOWN: UnixListenerId = { nameId: '', pid: 0 };

function indexOf(rows: readonly UnixRow[]): Index {
  return {
    byId: new Map(rows.map((row) => [idKey(idOf(row)), row])),
    byName: Map.groupBy(rows, nameKey),
  };
}

function idOf({ nameId, listenerPid }: UnixRow): UnixListenerId {
  return { nameId, pid: listenerPid };
}

function idKey({ nameId, pid }: UnixListenerId): string {
  return `${nameId} ${pid}`;
}

/** An abstract name belongs to a network namespace. The same path can be another file under another root. */
function nameKey({ netns, view, name }: Pick<UnixRow, 'netns' | 'view' | 'name'>): string {
  const where = name[0] === 0 ? `${netns}` : `${view.mntns} ${view.root}`;
  return `${where} ${name.toString('latin1')}`;
}
