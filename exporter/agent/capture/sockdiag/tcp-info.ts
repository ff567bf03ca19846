import { TcpState } from '../polling/tcp-state.ts';

/** The fields that Musubi uses of `struct tcp_info` (include/uapi/linux/tcp.h). */
export interface TcpInfo {
  /** Payload bytes sent, without retransmits. */
  readonly transmittedBytes?: number;
  /** Payload bytes received in order. */
  readonly receivedBytes?: number;
  /** Segments retransmitted. */
  readonly retransmits?: number;
  /** Smoothed round-trip time in seconds; absent before the first measurement. */
  readonly rtt?: number;
  /** Whether this endpoint is the client; absent if it cannot be determined. */
  readonly initiated?: boolean;
}

const UNACKED = 24;
const RTT = 68;
const TOTAL_RETRANS = 100;
const BYTES_ACKED = 120;
const BYTES_RECEIVED = 128;
const BYTES_SENT = 200;
const BYTES_RETRANS = 208;

/** Reads the struct, to which newer kernels only append fields: those that an older kernel lacks are absent. */
export function parseTcpInfo(data: Buffer): TcpInfo {
  const info: { -readonly [K in keyof TcpInfo]: TcpInfo[K] } = {};
  if (data.length >= RTT + 4) {
    const microseconds = data.readUInt32LE(RTT);
    if (microseconds > 0) info.rtt = microseconds / 1e6;
  }
  if (data.length >= TOTAL_RETRANS + 4) info.retransmits = data.readUInt32LE(TOTAL_RETRANS);
  if (data.length >= BYTES_RECEIVED + 8) info.receivedBytes = readUInt64(data, BYTES_RECEIVED);
  if (data.length >= BYTES_RETRANS + 8) {
    info.transmittedBytes = readUInt64(data, BYTES_SENT) - readUInt64(data, BYTES_RETRANS);
    const initiated = hasInitiated(data, info.transmittedBytes);
    if (initiated !== undefined) info.initiated = initiated;
  }
  return info;
}

/**
 * The kernel counts the client's SYN among the acknowledged bytes, but not the server's SYN-ACK
 * (net/ipv4/tcp_input.c, tcp_snd_una_update; tcp_minisocks.c, tcp_create_openreq_child). With nothing in flight, a
 * surplus of one byte therefore identifies the client, on connections of any age. A FIN is counted as well: after it
 * the surplus is ambiguous.
 */
function hasInitiated(data: Buffer, transmittedBytes: number): boolean | undefined {
  if (data[0] !== TcpState.established && data[0] !== TcpState.closeWait) return undefined;
  if (data.readUInt32LE(UNACKED) !== 0) return undefined;
  const surplus = readUInt64(data, BYTES_ACKED) - transmittedBytes;
  return surplus === 0 || surplus === 1 ? surplus === 1 : undefined;
}

/** Exact up to 2^53, 8 PiB on one connection; cheaper than a BigInt per socket and cycle. */
function readUInt64(data: Buffer, offset: number): number {
  return data.readUInt32LE(offset) + data.readUInt32LE(offset + 4) * 2 ** 32;
}
