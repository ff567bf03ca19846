/**
 * TCP and UDP in the socket monitoring interface: sock_diag(7), include/uapi/linux/{sock_diag,inet_diag}.h.
 * Addresses and ports are in network order.
 */
import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import {
  type DumpProgress,
  encodeRequest,
  MalformedMessageError,
  readAttributes,
  readDatagram,
} from '../../net/netlink.ts';
import type { Socket } from '../polling/socket.ts';
import { parseTcpInfo } from './tcp-info.ts';

export const AF_INET = 2;
export const AF_INET6 = 10;
/** The only type of message, for requests and responses of all socket families. */
export const SOCK_DIAG_BY_FAMILY = 20;

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
  /** A bit for each requested state, such as `1 << TcpState.listen`; all states by default. */
  readonly states?: number;
}

/** Encodes a request for a dump of the sockets of a family and transport, with `tcp_info` if available. */
export function encodeDumpRequest({ family, transport, states = ALL_STATES }: DumpRequest): Buffer {
  const request = Buffer.alloc(REQUEST);
  request.writeUInt8(family, 0);
  request.writeUInt8(PROTOCOLS[transport], 1);
  request.writeUInt8(1 << (INET_DIAG_INFO - 1), 2);
  request.writeUInt32LE(states, 4);
  return encodeRequest(SOCK_DIAG_BY_FAMILY, request);
}

/** Decodes one datagram of a dump and adds its sockets to `into`. Throws `MalformedMessageError`. */
export function decodeDump(
  datagram: Buffer,
  transport: DumpRequest['transport'],
  into: Socket[],
): DumpProgress {
  return readDatagram(datagram, SOCK_DIAG_BY_FAMILY, (start, end) =>
    into.push(decodeEntry(datagram, start, end, transport)),
  );
}

function decodeEntry(data: Buffer, start: number, end: number, transport: DumpRequest['transport']): Socket {
  if (start + ENTRY > end) throw new MalformedMessageError(`entry of ${end - start} bytes`, start);
  const address = data[start] === AF_INET6 ? formatIpv6 : formatIpv4;
  let ipv6Only: boolean | undefined;
  let tcpInfo: ReturnType<typeof parseTcpInfo> | undefined;
  readAttributes(data, start + ENTRY, end, (type, from, to) => {
    if (type === INET_DIAG_INFO && transport === 'tcp') tcpInfo = parseTcpInfo(data.subarray(from, to));
    if (type === INET_DIAG_SKV6ONLY && to > from) ipv6Only = data[from] === 1;
  });
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
