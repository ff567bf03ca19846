/**
 * Netlink messages of the socket monitoring interface: sock_diag(7),
 * include/uapi/linux/{netlink,sock_diag,inet_diag}.h. Fields are in host order (little-endian on every host
 * Musubi has a build for), addresses and ports in network order.
 */
import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import type { Socket } from '../polling/socket.ts';
import { parseTcpInfo } from './tcp-info.ts';

export const AF_INET = 2;
export const AF_INET6 = 10;

const NLMSG_HEADER = 16;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 0x001;
const NLM_F_DUMP = 0x300;

const PROTOCOLS = { tcp: 6, udp: 17 } as const;
/** inet_diag_req_v2: family, protocol, extensions, pad, states, then a 48-byte socket id left empty. */
const REQUEST = 56;
/** inet_diag_msg: family to retrans, a 48-byte socket id, then five 32-bit fields. */
const ENTRY = 72;
const INET_DIAG_INFO = 2;
const INET_DIAG_SKV6ONLY = 11;
const ALL_STATES = 0xffffffff;

export interface DumpRequest {
  readonly family: typeof AF_INET | typeof AF_INET6;
  readonly transport: keyof typeof PROTOCOLS;
  /** A bit for each state wanted, `1 << TcpState.listen` for one; all states by default. */
  readonly states?: number;
}

/** The request for a dump of the sockets of a family and transport, with `tcp_info` where there is one. */
export function encodeDumpRequest({ family, transport, states = ALL_STATES }: DumpRequest): Buffer {
  const message = Buffer.alloc(NLMSG_HEADER + REQUEST);
  message.writeUInt32LE(message.length, 0);
  message.writeUInt16LE(SOCK_DIAG_BY_FAMILY, 4);
  message.writeUInt16LE(NLM_F_REQUEST | NLM_F_DUMP, 6);
  message.writeUInt8(family, NLMSG_HEADER);
  message.writeUInt8(PROTOCOLS[transport], NLMSG_HEADER + 1);
  message.writeUInt8(1 << (INET_DIAG_INFO - 1), NLMSG_HEADER + 2);
  message.writeUInt32LE(states, NLMSG_HEADER + 4);
  return message;
}

/** What one `recv` held: more to come, the end of the dump, or the kernel's refusal (a positive errno). */
export type DumpProgress = { state: 'more' } | { state: 'done' } | { state: 'error'; errno: number };

/** Bytes that are not what the kernel sends. */
export class MalformedMessageError extends Error {
  readonly code = 'ERR_MALFORMED_NETLINK';
  constructor(what: string, offset: number) {
    super(`malformed netlink message at byte ${offset}: ${what}`);
    this.name = 'MalformedMessageError';
  }
}

/** Decodes one datagram of a dump and adds its sockets to `into`. Throws `MalformedMessageError`. */
export function decodeDump(
  datagram: Buffer,
  transport: DumpRequest['transport'],
  into: Socket[],
): DumpProgress {
  let offset = 0;
  while (offset + NLMSG_HEADER <= datagram.length) {
    const length = datagram.readUInt32LE(offset);
    const end = offset + length;
    if (length < NLMSG_HEADER || end > datagram.length) {
      throw new MalformedMessageError(`length ${length}`, offset);
    }
    const type = datagram.readUInt16LE(offset + 4);
    if (type === NLMSG_DONE || type === NLMSG_ERROR) return decodeEnd(datagram, type, offset, length);
    if (type === SOCK_DIAG_BY_FAMILY) into.push(decodeEntry(datagram, offset + NLMSG_HEADER, end, transport));
    offset = align(end);
  }
  return { state: 'more' };
}

/** A refused request ends in an error; a dump that failed on the way ends in a DONE that carries one. */
function decodeEnd(datagram: Buffer, type: number, offset: number, length: number): DumpProgress {
  const hasNumber = length >= NLMSG_HEADER + 4;
  if (!hasNumber && type === NLMSG_ERROR) throw new MalformedMessageError('error without a number', offset);
  const errno = hasNumber ? -datagram.readInt32LE(offset + NLMSG_HEADER) : 0;
  return type === NLMSG_ERROR || errno > 0 ? { state: 'error', errno } : { state: 'done' };
}

function decodeEntry(data: Buffer, start: number, end: number, transport: DumpRequest['transport']): Socket {
  if (start + ENTRY > end) throw new MalformedMessageError(`entry of ${end - start} bytes`, start);
  const address = data[start] === AF_INET6 ? formatIpv6 : formatIpv4;
  let ipv6Only: boolean | undefined;
  let tcpInfo: ReturnType<typeof parseTcpInfo> | undefined;
  for (let at = start + ENTRY; at + 4 <= end; ) {
    const length = data.readUInt16LE(at);
    if (length < 4 || at + length > end) throw new MalformedMessageError(`attribute of ${length} bytes`, at);
    const type = data.readUInt16LE(at + 2);
    if (type === INET_DIAG_INFO && transport === 'tcp')
      tcpInfo = parseTcpInfo(data.subarray(at + 4, at + length));
    if (type === INET_DIAG_SKV6ONLY && length > 4) ipv6Only = data[at + 4] === 1;
    at = align(at + length);
  }
  return {
    transport,
    state: data[start + 1] ?? 0,
    localPort: data.readUInt16BE(start + 4),
    remotePort: data.readUInt16BE(start + 6),
    localAddress: address(data, start + 8),
    remoteAddress: address(data, start + 24),
    inode: data.readUInt32LE(start + 68),
    ...(ipv6Only === undefined ? {} : { ipv6Only }),
    ...tcpInfo,
  };
}

/** Netlink pads every message and attribute to four bytes (NLMSG_ALIGN, NLA_ALIGN). */
function align(offset: number): number {
  return (offset + 3) & ~3;
}
