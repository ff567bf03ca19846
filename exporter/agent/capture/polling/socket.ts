import type { NetworkNamespace } from '../../native/enter-namespace.ts';
import type { Transport } from '../capture.ts';
import { TcpState } from './tcp-state.ts';
import type { UnixSocket } from './unix-socket.ts';

/** A row of the kernel's table of TCP or UDP sockets. */
export interface Socket {
  readonly transport: Exclude<Transport, 'unix'>;
  readonly state: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  /** 0 if the socket has no peer. */
  readonly remotePort: number;
  /** 0 if no process holds it: it is in the accept queue, orphaned, or in TIME_WAIT. */
  readonly inode: number;
  /** Whether it is an IPv6 listener that does not accept IPv4; absent if the source does not contain it. */
  readonly ipv6Only?: boolean;
  /** Whether this endpoint is the client; absent if the socket does not contain it. */
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

/** Reads all sockets of one network namespace. Throws an `Error` with `code`. */
export interface SocketTable {
  read(namespace: NetworkNamespace): SocketRows;
  close(): void;
}

/** Whether a socket accepts from any peer: in LISTEN (TCP), or without a peer (UDP). */
export function acceptsAnyPeer(socket: Socket): boolean {
  return socket.transport === 'udp' ? socket.remotePort === 0 : socket.state === TcpState.listen;
}

/** Whether a socket is of an established connection, which can be closing. */
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

/** Whether the local endpoint has not closed the connection. */
export function isOpen(socket: Socket): boolean {
  return (
    socket.transport === 'udp' || socket.state === TcpState.established || socket.state === TcpState.closeWait
  );
}
