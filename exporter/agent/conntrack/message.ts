/**
 * Connection tracking by netlink: include/uapi/linux/netfilter/nfnetlink_conntrack.h, and
 * net/netfilter/nf_conntrack_netlink.c. Its own numbers are in network byte order.
 */
import { formatIpv4, formatIpv6 } from '../net/address.ts';
import {
  type DumpProgress,
  encodeRequest,
  MalformedMessageError,
  readAttributes,
  readDatagram,
} from '../net/netlink.ts';

/** Source and destination of the packets in one direction. */
export interface ConntrackTuple {
  readonly src: string;
  readonly srcPort: number;
  readonly dst: string;
  readonly dstPort: number;
}

/** A connection whose addresses or ports are translated on their way through this host. */
export interface TranslatedConnection {
  /** Distinguishes it from a later connection with the same tuples. */
  readonly id: number;
  readonly transport: 'tcp' | 'udp';
  /** As sent by the client. */
  readonly original: ConntrackTuple;
  /** As replied by the server. */
  readonly reply: ConntrackTuple;
  /** Set if it was closed when it was dumped. */
  readonly isOver?: true;
}

/** NFNL_SUBSYS_CTNETLINK, and IPCTNL_MSG_CT_NEW or IPCTNL_MSG_CT_GET. */
const CT_NEW = 0x100;
const CT_GET = 0x101;

const CTA_TUPLE_ORIG = 1;
const CTA_TUPLE_REPLY = 2;
export const CTA_STATUS = 3;
const CTA_ID = 12;
const CTA_PROTOINFO = 4;
const CTA_STATUS_MASK = 26;
const CTA_TUPLE_IP = 1;
const CTA_TUPLE_PROTO = 2;
const CTA_IP_V4_SRC = 1;
const CTA_IP_V4_DST = 2;
const CTA_IP_V6_SRC = 3;
const CTA_IP_V6_DST = 4;
const CTA_PROTO_NUM = 1;
const CTA_PROTO_SRC_PORT = 2;
const CTA_PROTO_DST_PORT = 3;
const CTA_PROTOINFO_TCP = 1;
const CTA_PROTOINFO_TCP_STATE = 1;
/** TCP_CONNTRACK_TIME_WAIT; the only greater one is TCP_CONNTRACK_CLOSE (nf_conntrack_tcp.h). */
const TIME_WAIT = 7;

/** Bits of CTA_STATUS: the source, or the destination, is translated. */
export const IPS_SRC_NAT = 1 << 4;
export const IPS_DST_NAT = 1 << 5;

/** nlmsghdr and nfgenmsg. */
export const ATTRIBUTES_AT = 20;
const NFGENMSG = 4;

const TRANSPORTS: Readonly<Record<number, TranslatedConnection['transport']>> = { 6: 'tcp', 17: 'udp' };

/**
 * A request for a dump of the connections of both families that have this bit of CTA_STATUS. Linux before 5.15 ignores
 * the filter and sends all.
 */
export function encodeDumpRequest(status: typeof IPS_SRC_NAT | typeof IPS_DST_NAT): Buffer {
  const message = Buffer.alloc(NFGENMSG + 16);
  let at = NFGENMSG;
  for (const type of [CTA_STATUS, CTA_STATUS_MASK]) {
    message.writeUInt16LE(8, at);
    message.writeUInt16LE(type, at + 2);
    message.writeUInt32BE(status, at + 4);
    at += 8;
  }
  return encodeRequest(CT_GET, message);
}

/**
 * Decodes one datagram of a dump or of events, and adds the translated TCP and UDP connections to `into`. Throws
 * `MalformedMessageError`.
 */
export function decodeConnections(datagram: Buffer, into: TranslatedConnection[]): DumpProgress {
  return readDatagram(datagram, CT_NEW, (start, end) => {
    const connection = decodeConnection(datagram, start + NFGENMSG, end);
    if (connection) into.push(connection);
  });
}

interface ProtocolTuple extends ConntrackTuple {
  readonly protocol: number;
}

function decodeConnection(data: Buffer, start: number, end: number): TranslatedConnection | undefined {
  let id = 0;
  let status = 0;
  let tcpState = 0;
  let original: ProtocolTuple | undefined;
  let reply: ProtocolTuple | undefined;
  readAttributes(data, start, end, (type, from, to) => {
    if (type === CTA_TUPLE_ORIG) original = decodeTuple(data, from, to);
    else if (type === CTA_TUPLE_REPLY) reply = decodeTuple(data, from, to);
    else if (type === CTA_PROTOINFO) tcpState = decodeTcpState(data, from, to);
    else if (type === CTA_STATUS) status = data.readUInt32BE(checkLength(from, to, 4));
    else if (type === CTA_ID) id = data.readUInt32BE(checkLength(from, to, 4));
  });
  const transport = original && TRANSPORTS[original.protocol];
  if (!transport || !original || !reply || (status & (IPS_SRC_NAT | IPS_DST_NAT)) === 0) return undefined;
  const tuples = { original: withoutProtocol(original), reply: withoutProtocol(reply) };
  return { id, transport, ...tuples, ...(tcpState >= TIME_WAIT && { isOver: true }) };
}

/** 0 for other protocols. */
function decodeTcpState(data: Buffer, start: number, end: number): number {
  let state = 0;
  readAttributes(data, start, end, (protocol, from, to) => {
    if (protocol !== CTA_PROTOINFO_TCP) return;
    readAttributes(data, from, to, (type, at, until) => {
      if (type === CTA_PROTOINFO_TCP_STATE) state = data.readUInt8(checkLength(at, until, 1));
    });
  });
  return state;
}

function decodeTuple(data: Buffer, start: number, end: number): ProtocolTuple | undefined {
  let src = '';
  let dst = '';
  let [protocol, srcPort, dstPort] = [0, 0, 0];
  readAttributes(data, start, end, (part, from, to) => {
    if (part === CTA_TUPLE_IP)
      readAttributes(data, from, to, (type, at, until) => {
        if (type === CTA_IP_V4_SRC) src = formatIpv4(data, checkLength(at, until, 4));
        else if (type === CTA_IP_V4_DST) dst = formatIpv4(data, checkLength(at, until, 4));
        else if (type === CTA_IP_V6_SRC) src = formatIpv6(data, checkLength(at, until, 16));
        else if (type === CTA_IP_V6_DST) dst = formatIpv6(data, checkLength(at, until, 16));
      });
    else if (part === CTA_TUPLE_PROTO)
      readAttributes(data, from, to, (type, at, until) => {
        if (type === CTA_PROTO_NUM) protocol = data.readUInt8(checkLength(at, until, 1));
        else if (type === CTA_PROTO_SRC_PORT) srcPort = data.readUInt16BE(checkLength(at, until, 2));
        else if (type === CTA_PROTO_DST_PORT) dstPort = data.readUInt16BE(checkLength(at, until, 2));
      });
  });
  return src && dst ? { protocol, src, srcPort, dst, dstPort } : undefined;
}

function withoutProtocol({ src, srcPort, dst, dstPort }: ProtocolTuple): ConntrackTuple {
  return { src, srcPort, dst, dstPort };
}

/** The offset of a value of this length. Throws if it is truncated. */
function checkLength(from: number, to: number, length: number): number {
  if (to - from < length) throw new MalformedMessageError(`value of ${to - from} bytes`, from);
  return from;
}
