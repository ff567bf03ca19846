/**
 * Unix sockets in the socket monitoring interface: include/uapi/linux/unix_diag.h; net/unix/diag.c. A dump does
 * not contain sockets that are not accepted yet: they have no inode.
 */

import {
  type DumpProgress,
  encodeRequest,
  MalformedMessageError,
  readAttributes,
  readDatagram,
} from '../../net/netlink.ts';
import type { TcpState } from '../polling/tcp-state.ts';
import type { UnixSocket } from '../polling/unix-socket.ts';
import { SOCK_DIAG_BY_FAMILY } from './message.ts';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;

/** unix_diag_req: family, protocol, pad, states, inode, show, and a 64-bit cookie that a dump does not use. */
const REQUEST = 24;
/** unix_diag_msg: family, type, state, pad, inode, 64-bit cookie. */
const ENTRY = 16;
const SHOW_NAME = 1;
const SHOW_VFS = 2;
const SHOW_PEER = 4;
const SHOW_ICONS = 8;
const UNIX_DIAG_NAME = 0;
const UNIX_DIAG_VFS = 1;
const UNIX_DIAG_PEER = 2;
const UNIX_DIAG_ICONS = 3;

/** Encodes a request for a dump of the Unix sockets in a state, with their names, peers and accept queues. */
export function encodeUnixDumpRequest(state: typeof TcpState.listen | typeof TcpState.established): Buffer {
  const request = Buffer.alloc(REQUEST);
  request.writeUInt8(AF_UNIX, 0);
  request.writeUInt32LE(1 << state, 4);
  request.writeUInt32LE(SHOW_NAME | SHOW_VFS | SHOW_PEER | SHOW_ICONS, 12);
  return encodeRequest(SOCK_DIAG_BY_FAMILY, request);
}

/**
 * Decodes one datagram of a dump and adds its stream and seqpacket sockets to `into`. Throws
 * `MalformedMessageError`.
 */
export function decodeUnixDump(datagram: Buffer, into: UnixSocket[]): DumpProgress {
  return readDatagram(datagram, SOCK_DIAG_BY_FAMILY, (start, end) => {
    if (start + ENTRY > end) throw new MalformedMessageError(`entry of ${end - start} bytes`, start);
    const type = datagram[start + 1];
    if (type === SOCK_STREAM || type === SOCK_SEQPACKET) into.push(decodeEntry(datagram, start, end));
  });
}

function decodeEntry(data: Buffer, start: number, end: number): UnixSocket {
  let name = '';
  let file = '';
  let peer = 0;
  let waiting: number[] = [];
  readAttributes(data, start + ENTRY, end, (type, from, to) => {
    const length = to - from;
    if (type === UNIX_DIAG_NAME) name = decodeName(data, from, to);
    else if (type === UNIX_DIAG_VFS && length >= 8)
      file = `${data.readUInt32LE(from + 4)}:${data.readUInt32LE(from)}`;
    else if (type === UNIX_DIAG_PEER && length >= 4) peer = data.readUInt32LE(from);
    else if (type === UNIX_DIAG_ICONS) waiting = decodeInodes(data, from, to);
  });
  return {
    state: data[start + 2] ?? 0,
    inode: data.readUInt32LE(start + 4),
    cookie: data.readUInt32LE(start + 8) + data.readUInt32LE(start + 12) * 2 ** 32,
    name,
    file,
    peer,
    waiting,
  };
}

/** A path ends in a zero byte, which is not part of it; an abstract name can contain any. */
function decodeName(data: Buffer, from: number, to: number): string {
  const isPath = to > from && data[from] !== 0;
  return data.toString('latin1', from, isPath && data[to - 1] === 0 ? to - 1 : to);
}

/** A client that has closed since it connected has the inode 0. */
function decodeInodes(data: Buffer, from: number, to: number): number[] {
  const inodes: number[] = [];
  for (let at = from; at + 4 <= to; at += 4) inodes.push(data.readUInt32LE(at));
  return inodes.filter((inode) => inode !== 0);
}
