/**
 * Messages of all netlink families: netlink(7), include/uapi/linux/netlink.h. Fields are in host byte order, which is
 * little-endian on all supported hosts.
 */
import type { Libc } from '../native/libc.ts';

const HEADER = 16;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 0x001;
const NLM_F_DUMP = 0x300;
/** The other bits of an attribute's type are flags: nested attributes, and network byte order. */
const NLA_TYPE_MASK = 0x3fff;

/** The state of a dump after a datagram: more to come, done, or refused by the kernel (a positive errno). */
export type DumpProgress = { state: 'more' } | { state: 'done' } | { state: 'error'; errno: number };

/** Bytes without the kernel's format. */
export class MalformedMessageError extends Error {
  readonly code = 'ERR_MALFORMED_NETLINK';
  constructor(what: string, offset: number) {
    super(`malformed netlink message at byte ${offset}: ${what}`);
    this.name = 'MalformedMessageError';
  }
}

/** Encodes the request for a dump: a header, and the family's own request of that type. */
export function encodeRequest(type: number, request: Buffer): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(HEADER + request.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(NLM_F_REQUEST | NLM_F_DUMP, 6);
  return Buffer.concat([header, request]);
}

/** Calls `entry` for each message of that type in one datagram. Throws `MalformedMessageError`. */
export function readDatagram(
  datagram: Buffer,
  wanted: number,
  entry: (start: number, end: number) => void,
): DumpProgress {
  let offset = 0;
  while (offset + HEADER <= datagram.length) {
    const length = datagram.readUInt32LE(offset);
    const end = offset + length;
    if (length < HEADER || end > datagram.length) {
      throw new MalformedMessageError(`length ${length}`, offset);
    }
    const type = datagram.readUInt16LE(offset + 4);
    if (type === NLMSG_DONE || type === NLMSG_ERROR) return decodeEnd(datagram, type, offset, length);
    if (type === wanted) entry(offset + HEADER, end);
    offset = align(end);
  }
  return { state: 'more' };
}

/** A refused request ends in an error message; a dump that failed later ends in a DONE with an error number. */
function decodeEnd(datagram: Buffer, type: number, offset: number, length: number): DumpProgress {
  const hasNumber = length >= HEADER + 4;
  if (!hasNumber && type === NLMSG_ERROR) throw new MalformedMessageError('error without a number', offset);
  const errno = hasNumber ? -datagram.readInt32LE(offset + HEADER) : 0;
  return type === NLMSG_ERROR || errno > 0 ? { state: 'error', errno } : { state: 'done' };
}

/** Calls `attribute` with the type and value (from `start` to `end`) of each attribute. */
export function readAttributes(
  data: Buffer,
  from: number,
  to: number,
  attribute: (type: number, start: number, end: number) => void,
): void {
  for (let at = from; at + 4 <= to; ) {
    const length = data.readUInt16LE(at);
    if (length < 4 || at + length > to) throw new MalformedMessageError(`attribute of ${length} bytes`, at);
    attribute(data.readUInt16LE(at + 2) & NLA_TYPE_MASK, at + 4, at + length);
    at = align(at + length);
  }
}

/** Requests a dump and passes each datagram to `decode` until it returns the end. `into` holds one datagram at a time. */
export function dump(
  libc: Pick<Libc, 'send' | 'recv'>,
  fd: number,
  request: Buffer,
  into: Buffer,
  decode: (datagram: Buffer) => DumpProgress,
): Exclude<DumpProgress, { state: 'more' }> {
  libc.send(fd, request);
  for (;;) {
    const length = libc.recv(fd, into);
    if (length === 0) throw new MalformedMessageError('nothing, in the middle of a dump', 0);
    const progress = decode(into.subarray(0, length));
    if (progress.state !== 'more') return progress;
  }
}

/** Netlink pads every message and attribute to four bytes (NLMSG_ALIGN, NLA_ALIGN). */
function align(offset: number): number {
  return (offset + 3) & ~3;
}
