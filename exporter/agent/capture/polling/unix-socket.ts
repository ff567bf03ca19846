import { TcpState } from './tcp-state.ts';

/** A row of the kernel's table of Unix sockets: a stream or seqpacket socket that listens or has had a peer. */
export interface UnixSocket {
  /** Unix sockets use two of TCP's states: `listen` and `established`. */
  readonly state: number;
  readonly inode: number;
  /** Identifies the socket, and is never reused. 0 if the source does not contain it. */
  readonly cookie: number;
  /**
   * The bytes of the address it is bound to, each as one character; empty if it is not bound. An accepted socket has the
   * address of its listener. An abstract address starts with a zero byte (unix(7)).
   */
  readonly name: string;
  /** The file of the address as `device:inode`; empty for an abstract address or if the source does not contain it. */
  readonly file: string;
  /** Inode of the peer; 0 before the connection is accepted, and after the peer is closed. */
  readonly peer: number;
  /** Inodes of the clients in the accept queue of this listener. */
  readonly waiting: readonly number[];
}

/** The Unix sockets of one network namespace. */
export interface UnixReading {
  readonly netns: number;
  readonly sockets: readonly UnixSocket[];
}

export function isUnixListener({ state }: UnixSocket): boolean {
  return state === TcpState.listen;
}
