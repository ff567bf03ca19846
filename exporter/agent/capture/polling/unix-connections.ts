import { formatUnixName } from '../../net/unix-name.ts';
import type { Observation } from '../capture.ts';
import type { UnixPair } from './unix-pairs.ts';

interface Connection {
  readonly id: string;
  readonly netns: number;
  /** The name on which the destination listens. */
  readonly remoteAddress: string;
  /** Whether it is older than the capture. */
  readonly before: boolean;
  ends: UnixPair;
  pid: number | undefined;
  remotePid: number | undefined;
  pass: number;
}

/** Turns the pairs of pass after pass into observations, one for each connection, from the end that asked. */
export interface UnixConnections {
  /** Starts a pass. The namespaces of `unread` could not be read: their connections are kept, and not told. */
  meet(pairs: readonly UnixPair[], unread: ReadonlySet<number>): void;
  /** The sockets whose processes are wanted. */
  inodes(): number[];
  observe(ownerOf: (inode: number) => number | undefined): Observation[];
}

/**
 * Who asked, name and identity are settled when a connection is first met and kept. It is known by its client's
 * cookie, as inodes are used again. The kernel may pass over a row of a table that changes while it is read
 * (net/unix/diag.c goes on by count), so a connection is forgotten only when two passes in a row lack it.
 */
export function createUnixConnections(): UnixConnections {
  const connections = new Map<string, Connection>();
  let pass = 0;
  let serial = 0;
  let held: ReadonlySet<number> = new Set();

  return {
    meet(pairs, unread) {
      pass++;
      held = unread;
      for (const pair of pairs) {
        const { netns, client, served, listener, settled } = pair;
        const key = `${netns} ${client.cookie}`;
        const known = connections.get(key);
        if (known) {
          known.ends = pair;
          known.pass = pass;
        } else if (settled) {
          connections.set(key, {
            id: `unix ${++serial}`,
            netns,
            remoteAddress: formatUnixName((served ?? listener)?.name ?? ''),
            before: pass === 1,
            ends: pair,
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
        .flatMap(({ ends: { client, served } }) => (served ? [client.inode, served.inode] : [client.inode])),
    observe(ownerOf) {
      const observations: Observation[] = [];
      for (const connection of connections.values()) {
        const { id, netns, remoteAddress, before, ends } = connection;
        if (held.has(netns)) continue;
        connection.pid = ownerOf(ends.client.inode) ?? connection.pid;
        // What no process has accepted yet, or none holds any more, is the listener's.
        connection.remotePid =
          (ends.served && ownerOf(ends.served.inode)) ??
          connection.remotePid ??
          (ends.listener && ownerOf(ends.listener.inode));
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
