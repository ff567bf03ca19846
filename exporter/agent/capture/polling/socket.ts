import type { NetworkNamespace } from '../../native/enter-namespace.ts';
import type { Transport } from '../capture.ts';
import { TcpState } from './tcp-state.ts';
import type { UnixSocket } from './unix-socket.ts';

/** One row of the kernel's table of TCP or UDP sockets. */
export interface Socket {
  readonly transport: Exclude<Transport, 'unix'>;
  readonly state: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  /** 0 when the socket has no peer. */
  readonly remotePort: number;
  /** 0 when no process holds it: still in the accept queue, orphaned, or in TIME_WAIT. */
  readonly inode: number;
  /** An IPv6 listener that does not take IPv4; absent when the source does not tell. */
  readonly ipv6Only?: boolean;
  /** Whether this end asked for the connection; absent when the socket itself does not tell. */
  readonly initiated?: boolean;
  readonly transmittedBytes?: number;
  readonly receivedBytes?: number;
  readonly retransmits?: number;
  /** Seconds. */
  readonly rtt?: number;
}

/** The sockets of one network namespace. */
export interface SocketRows {
  /** TCP and UDP. */
  readonly sockets: readonly Socket[];
  readonly unix: readonly UnixSocket[];
}

/** Reads all sockets of one network namespace. Throws an `Error` with `code` when it cannot. */
export interface SocketTable {
  read(namespace: NetworkNamespace): SocketRows;
  close(): void;
}

/** Whether a socket takes connections (TCP LISTEN) or datagrams from anyone (UDP without a peer). */
export function takesFromAnyone(socket: Socket): boolean {
  return socket.transport === 'udp' ? socket.remotePort === 0 : socket.state === TcpState.listen;
}

/** Whether both ends have agreed to a connection, open or on its way to be closed. */
export function isConnection(socket: Socket): boolean {
  if (socket.remotePort === 0) return false;
  if (socket.transport === 'udp') return true;
  switch (socket.state) {
    case TcpState.established:
    case TcpState.finWait1:
    case TcpState.finWait2:
    case TcpState.timeWait:
    case TcpState.closeWait:
    case TcpState.lastAck:
    case TcpState.closing:
      return true;
    default:
      return false;
  }
}

/** Whether the own end still holds the connection open. */
export function isOpen(socket: Socket): boolean {
  return (
    socket.transport === 'udp' || socket.state === TcpState.established || socket.state === TcpState.closeWait
  );
}
