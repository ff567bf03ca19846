import { formatUnixName } from '../../net/unix-name.ts';
import type { Observation } from '../capture.ts';
import type { UnixPair } from './unix-pairs.ts';

interface Connection {
  readonly id: string;
  readonly netns: number;
  /** The address of the server. */
  readonly remoteAddress: string;
  /** Whether it is pre-existing. */
  readonly before: boolean;
  pair: UnixPair;
  pid: number | undefined;
  remotePid: number | undefined;
  pass: number;
}

/** Turns the socket pairs of successive cycles into observations, one for each connection, as seen by the client. */
export interface UnixConnections {
  /** Starts a cycle. The connections of the `unread` namespaces are kept, and not reported in this cycle. */
  update(pairs: readonly UnixPair[], unread: ReadonlySet<number>): void;
  /** The inodes of the sockets whose processes are needed. */
  inodes(): number[];
  observe(ownerOf: (inode: number) => number | undefined): Observation[];
}

/**
 * Client, name and id of a connection are determined when it is first seen, and kept. It is identified by the cookie of
 * its client, as inodes are reused. The kernel can skip a row of a table that changes while it is read (net/unix/diag.c
 * continues by count), so that a connection is only removed when it is missing in two cycles.
 */
export function createUnixConnections(): UnixConnections {
  const connections = new Map<string, Connection>();
  let pass = 0;
  let serial = 0;
  let held: ReadonlySet<number> = new Set();

  return {
    update(pairs, unread) {
      pass++;
      held = unread;
      for (const pair of pairs) {
        const { netns, client, accepted, listener, settled } = pair;
        const key = `${netns} ${client.cookie}`;
        const known = connections.get(key);
        if (known) {
          known.pair = pair;
          known.pass = pass;
        } else if (settled) {
          connections.set(key, {
            id: `unix ${++serial}`,
            netns,
            remoteAddress: formatUnixName((accepted ?? listener)?.name ?? ''),
            before: pass === 1,
            pair,
            pid: undefined,
            remotePid: undefined,
            pass,
          });
        }
      }
      for (const [key, connection] of connections) {
        if (unread.has(connection.netns)) connection.pass = pass;
        else if (connection.pass < pass - 1) connections.delete(key);
      }
    },
    inodes: () =>
      [...connections.values()]
        .filter((connection) => connection.pass === pass)
        .flatMap(({ pair: { client, accepted } }) =>
          accepted ? [client.inode, accepted.inode] : [client.inode],
        ),
    observe(ownerOf) {
      const observations: Observation[] = [];
      for (const connection of connections.values()) {
        const { id, netns, remoteAddress, before, pair } = connection;
        if (held.has(netns)) continue;
        connection.pid = ownerOf(pair.client.inode) ?? connection.pid;
        // A connection that is not accepted yet, or no longer held by a process, is attributed to the listener.
        connection.remotePid =
          (pair.accepted && ownerOf(pair.accepted.inode)) ??
          connection.remotePid ??
          (pair.listener && ownerOf(pair.listener.inode));
        observations.push({
          id,
          netns,
          transport: 'unix',
          direction: 'outbound',
          localAddress: '',
          remoteAddress,
          port: 0,
          pid: connection.pid,
          ...(connection.remotePid !== undefined && { remotePid: connection.remotePid }),
          open: connection.pass === pass ? 1 : 0,
          opened: before ? 0 : 1,
        });
      }
      return observations;
    },
  };
}
