import { ANY_IPV4, ANY_IPV6 } from '../../net/address.ts';
import { socketKey } from '../../net/listener-index.ts';
import { formatUnixName } from '../../net/unix-name.ts';
import type { Listener } from '../capture.ts';
import type { Row } from './layout.ts';

const INIT = 1;

/**
 * The listeners of a scan. Init holds listeners for socket activation: its rows count only if no other process holds
 * the same socket. Unix listeners can have the same name, in different mount namespaces.
 */
export function listenersOf(rows: readonly Row[]): Listener[] {
  const listeners = new Map<string, Listener>();
  for (const row of rows) {
    const listener = listenerOf(row);
    if (!listener) continue;
    const key = row.kind === 'unix' ? row.socket : socketKey(listener);
    const known = listeners.get(key);
    if (!known || known.pid === INIT) listeners.set(key, listener);
  }
  return [...listeners.values()].map((listener) => ({
    ...listener,
    ipv6Only:
      listener.address === ANY_IPV6 &&
      (listener.ipv6Only || listeners.has(socketKey({ ...listener, address: ANY_IPV4 }))),
  }));
}

function listenerOf(row: Row): Listener | undefined {
  const { netns, pid } = row;
  if (row.kind === 'listener') {
    const { transport, address, port, ipv6Only } = row;
    return { netns, pid, transport, address, port, ipv6Only };
  }
  if (!row.listens) return undefined;
  const address = formatUnixName(row.name.toString('latin1'));
  return { netns, pid, transport: 'unix', address, port: 0, ipv6Only: false };
}
