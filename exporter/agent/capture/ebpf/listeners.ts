import { ANY_IPV4, ANY_IPV6 } from '../../net/address.ts';
import { socketKey } from '../../net/listener-index.ts';
import { formatUnixName } from '../../net/unix-name.ts';
import type { Listener } from '../capture.ts';
import type { ListenerRow, Row, UnixRow } from './layout.ts';
import { bySocket, INIT, ownerOf } from './owner.ts';

/** A socket that listens on an IP address, and the process it belongs to. */
export interface ListenerSocket extends Listener {
  readonly pid: number;
  readonly image: number;
  /** The process to which the kernel program has attributed its connections, if not to this one. */
  readonly recordedPid: number;
}

/** The listening sockets of a scan, each once. Several may have the same address and port (SO_REUSEPORT). */
export function listenerSocketsOf(rows: readonly Row[]): ListenerSocket[] {
  const sockets = bySocket(rows.filter((row): row is ListenerRow => row.kind === 'listener'));
  const owners = [...sockets.values()].map((holders) => {
    const acceptors = new Set(holders.map(({ acceptor }) => acceptor));
    const owner = ownerOf(holders, acceptors);
    // A process that has passed on its listener may have accepted itself.
    const { recordedPid } = holders[0];
    const hasAccepted = acceptors.has(owner.exec) || recordedPid === INIT;
    return { ...owner, recordedPid: hasAccepted ? recordedPid : owner.pid };
  });
  const keys = new Set(owners.map(socketKey));
  return owners.map(({ netns, transport, address, port, ipv6Only, pid, image, recordedPid }) => ({
    ...{ netns, transport, address, port, pid, image, recordedPid },
    ipv6Only:
      address === ANY_IPV6 &&
      (ipv6Only || keys.has(socketKey({ netns, transport, port, address: ANY_IPV4 }))),
  }));
}

/** The listeners of a scan: one for each address and process. Unix listeners can have the same name. */
export function listenersOf(sockets: readonly ListenerSocket[], unix: readonly UnixRow[]): Listener[] {
  const listeners = new Map<string, Listener>();
  for (const { netns, transport, address, port, pid, ipv6Only } of sockets) {
    const listener = { netns, transport, address, port, pid, ipv6Only };
    listeners.set(`${pid} ${socketKey(listener)}`, listener);
  }
  for (const { netns, pid, name } of unix) {
    const address = formatUnixName(name.toString('latin1'));
    const listener: Listener = { netns, transport: 'unix', address, port: 0, pid, ipv6Only: false };
    listeners.set(`${pid} ${socketKey(listener)}`, listener);
  }
  return [...listeners.values()];
}
