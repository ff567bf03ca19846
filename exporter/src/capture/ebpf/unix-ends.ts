import type { Observation } from '../capture.ts';
import { formatUnixName } from '../polling/unix-socket.ts';
import type { Row } from './kernel-program.ts';
import type { UnixRow } from './layout.ts';

/** Turns the Unix sockets of walk after walk into observations, one for each connection, from the end that asked. */
export interface UnixEnds {
  observe(rows: readonly Row[]): Observation[];
}

const INIT = 1;

/**
 * An accepted socket shares its listener's name in the kernel, the very object (net/unix/af_unix.c,
 * unix_stream_connect): so who asked is told even once the listener is gone.
 */
export function createUnixEnds(): UnixEnds {
  let before: ReadonlyMap<string, { id: string; opened: number }> | undefined;
  let serial = 0;

  return {
    observe(rows) {
      const ends = new Map<string, UnixRow>();
      const listeners = new Map<string, UnixRow>();
      for (const row of rows) {
        if (row.kind !== 'unix') continue;
        const into = row.listens ? listeners : ends;
        const key = row.listens ? row.nameId : row.socket;
        // Several may hold it: the first of them leads, as everywhere; init only where there is no other.
        if (!into.has(key) || into.get(key)?.pid === INIT) into.set(key, row);
      }

      const now = new Map<string, { id: string; opened: number }>();
      const observations: Observation[] = [];
      for (const client of ends.values()) {
        const accepted = ends.get(client.peer);
        const listener = listeners.get(client.peerNameId);
        const asked = listener !== undefined || (client.peerNameId !== '' && client.nameId === '');
        const served = accepted ?? listener;
        if (!asked || listeners.has(client.nameId) || !served) continue;
        const key = `${client.socket} ${client.inode}`;
        const connection = before?.get(key) ?? { id: `unix ${++serial}`, opened: before ? 1 : 0 };
        now.set(key, connection);
        observations.push({
          ...connection,
          netns: client.netns,
          transport: 'unix',
          direction: 'outbound',
          localAddress: '',
          remoteAddress: formatUnixName(served.name.toString('latin1')),
          port: 0,
          pid: client.pid,
          remotePid: served.pid,
          open: 1,
        });
      }
      before = now;
      return observations;
    },
  };
}
