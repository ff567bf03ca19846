/**
 * `/proc/PID/net/unix`: the Unix sockets of a network namespace as text (net/unix/af_unix.c, unix_seq_show). It
 * tells no peer, so of a connection it shows that there is one and not who asked: listeners are all that is
 * taken from it.
 */
import { TcpState } from '../polling/tcp-state.ts';
import type { UnixSocket } from '../polling/unix-socket.ts';
import { MalformedSocketLineError } from './net-sockets.ts';

/** `num: refcount protocol flags type st inode name`; the bytes of the name are told as they are. */
const LINE = /^[^ :]+: [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{8}) ([0-9A-F]{4}) [0-9A-F]{2} +(\d+)(?: (.*))?$/;
/** __SO_ACCEPTCON. */
const LISTENS = 0x10000;
const TYPES: readonly (string | undefined)[] = ['0001', '0005'];

/**
 * Parses the file, its header included, read as latin1: its stream and seqpacket listeners. Throws
 * `MalformedSocketLineError`. A name may hold a newline, and what looks like a line after it: nothing tells
 * that from the kernel's own, and what does not look like one is left out.
 */
export function parseUnixListeners(text: string): UnixSocket[] {
  const listeners: UnixSocket[] = [];
  const lines = text.split('\n').slice(1, -1);
  for (const [index, line] of lines.entries()) {
    const [, flags, type, inode, name = ''] = LINE.exec(line) ?? [];
    if (flags === undefined) {
      if (index > 0) continue;
      throw new MalformedSocketLineError(line);
    }
    if ((Number.parseInt(flags, 16) & LISTENS) === 0 || !TYPES.includes(type)) continue;
    const unknown = { cookie: 0, file: '', peer: 0, waiting: [] };
    listeners.push({ state: TcpState.listen, inode: Number(inode), name, ...unknown });
  }
  return listeners;
}
