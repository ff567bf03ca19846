/** What Musubi takes from `struct tcp_info` (include/uapi/linux/tcp.h). */
export interface TcpInfo {
  /** Payload bytes sent, without those sent again. */
  readonly transmittedBytes?: number;
  /** Payload bytes received in order. */
  readonly receivedBytes?: number;
  /** Segments sent again. */
  readonly retransmits?: number;
  /** Smoothed round-trip time in seconds; absent before the first measurement. */
  readonly rtt?: number;
}

const RTT = 68;
const TOTAL_RETRANS = 100;
const BYTES_RECEIVED = 128;
const BYTES_SENT = 200;
const BYTES_RETRANS = 208;

/** Reads the struct, which only ever grows at its end: fields an older kernel lacks are absent. */
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
  }
  return info;
}

/** Exact up to 2^53, 8 PiB on one connection; cheaper than a BigInt per socket and pass. */
function readUInt64(data: Buffer, offset: number): number {
  return data.readUInt32LE(offset) + data.readUInt32LE(offset + 4) * 2 ** 32;
}
