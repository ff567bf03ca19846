import { TcpState } from './tcp-state.ts';

/** One row of the kernel's table of Unix sockets: one that listens or has had a peer, and is no datagram socket. */
export interface UnixSocket {
  /** Unix sockets borrow two of TCP's states: `listen` and `established`. */
  readonly state: number;
  readonly inode: number;
  /** The same for as long as there is the socket, and never given to another. 0 where the source tells none. */
  readonly cookie: number;
  /**
   * The bytes of the address it is bound to, each as one character; empty when it is not bound. An accepted
   * socket has that of its listener. An abstract name begins with a zero byte (unix(7)).
   */
  readonly name: string;
  /** The file of that name, `device:inode`; empty for an abstract name or where the source does not tell. */
  readonly file: string;
  /** Inode of the other end; 0 while the connection awaits to be accepted, and once the other end is closed. */
  readonly peer: number;
  /** Inodes of the clients that wait for this listener to accept them. */
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
