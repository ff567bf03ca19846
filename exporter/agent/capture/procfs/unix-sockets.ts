/**
 * `/proc/PID/net/unix`: the Unix sockets of a network namespace as text (net/unix/af_unix.c, unix_seq_show). It does not
 * contain peers, and so not the client of a connection: only listeners are parsed.
 */
import { TcpState } from '../polling/tcp-state.ts';
import type { UnixSocket } from '../polling/unix-socket.ts';
import { MalformedSocketLineError } from './net-sockets.ts';

/** `num: refcount protocol flags type st inode name`; the name is raw bytes. */
const LINE = /^[^ :]+: [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{8}) ([0-9A-F]{4}) [0-9A-F]{2} +(\d+)(?: (.*))?$/;
/** __SO_ACCEPTCON. */
const LISTENS = 0x10000;
const TYPES: readonly (string | undefined)[] = ['0001', '0005'];

/**
 * Parses the stream and seqpacket listeners of the file, which is read as latin1 and has a header. Throws
 * `MalformedSocketLineError`. A name can contain a newline: a forged line after it cannot be distinguished from the
 * kernel's own, and anything else is ignored.
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
