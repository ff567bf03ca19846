/** The socket filter of the DNS sockets: classic BPF, run only on packets from their name servers. */
import { assembleFilter } from '../../net/assemble-filter.ts';

const UDP_HEADER = 8;
const MAX_IPV4_HEADER = 60;
/** The most bytes read of one response: over UDP servers send at most 4096 (1400 by RFC 9715). */
export const MAX_PACKET_BYTES = MAX_IPV4_HEADER + UDP_HEADER + 4096;

const DNS_PORT = 53;
const AF_INET = 2;

/** Instruction codes (include/uapi/linux/bpf_common.h). X is the offset of the UDP header. */
const X_IS_IPV4_HEADER_LENGTH = 0xb1;
const X_IS = 0x01;
const LOAD_BYTE_FROM_X = 0x50;
const LOAD_HALF_FROM_X = 0x48;
const AND = 0x54;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;

/**
 * Accepts packets from port 53 whose DNS header is that of a response (QR) to a standard query, without error (RCODE)
 * and with answer records. An IPv4 packet begins with its IP header, an IPv6 packet with the UDP header (raw(7)).
 */
export function responseFilter(family: number): Buffer {
  const flags = UDP_HEADER + 2;
  const answerCount = UDP_HEADER + 6;
  return assembleFilter([
    [family === AF_INET ? X_IS_IPV4_HEADER_LENGTH : X_IS, 0],
    [LOAD_HALF_FROM_X, 0],
    [JUMP_IF_EQUAL, DNS_PORT, 'else reject'],
    [LOAD_BYTE_FROM_X, flags],
    [AND, 0xf8],
    [JUMP_IF_EQUAL, 0x80, 'else reject'],
    [LOAD_BYTE_FROM_X, flags + 1],
    [AND, 0x0f],
    [JUMP_IF_EQUAL, 0, 'else reject'],
    [LOAD_HALF_FROM_X, answerCount],
    [JUMP_IF_EQUAL, 0, 'then reject'],
    [RETURN, MAX_PACKET_BYTES],
    [RETURN, 0],
  ]);
}
