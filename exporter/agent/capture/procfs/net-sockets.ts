/**
 * `/proc/PID/net/{tcp,tcp6,udp,udp6}`: the socket table as text
 * (https://docs.kernel.org/networking/proc_net_tcp.html; net/ipv4/tcp_ipv4.c, get_tcp4_sock).
 */
import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import type { Socket } from '../polling/socket.ts';

/** A line without the kernel's format. */
export class MalformedSocketLineError extends Error {
  readonly code = 'ERR_MALFORMED_PROC_NET';
  constructor(line: string) {
    super(`malformed line in /proc/net: ${JSON.stringify(line.slice(0, 200))}`);
    this.name = 'MalformedSocketLineError';
  }
}

/**
 * Parses one of the four files, including its header. The text contains neither bytes nor round-trip times. Throws
 * `MalformedSocketLineError`, also for a truncated last line.
 */
export function parseNetSockets(text: string, transport: 'tcp' | 'udp'): Socket[] {
  const sockets: Socket[] = [];
  let start = text.indexOf('\n') + 1;
  while (start > 0 && start < text.length) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end === -1 ? text.length : end);
    if (line.trim() !== '') sockets.push(parseLine(line, transport));
    start = end === -1 ? text.length : end + 1;
  }
  return sockets;
}

/** `sl local rem st tx:rx tr:when retrnsmt uid timeout inode …`: more always follows the inode. */
const LINE =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) [0-9A-F]+:[0-9A-F]+ \S+ \S+\s+\d+\s+\d+ (\d+) /;

function parseLine(line: string, transport: 'tcp' | 'udp'): Socket {
  const [, local, localPort, remote, remotePort, state, inode] = LINE.exec(line) ?? [];
  if (!local || !localPort || !remote || !remotePort || !state || !inode)
    throw new MalformedSocketLineError(line);
  return {
    transport,
    state: Number.parseInt(state, 16),
    localAddress: parseAddress(local),
    localPort: Number.parseInt(localPort, 16),
    remoteAddress: parseAddress(remote),
    remotePort: Number.parseInt(remotePort, 16),
    inode: Number(inode),
  };
}

/** The kernel prints each 32-bit word of an address in host order, so `0100007F` is 127.0.0.1. */
function parseAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  return bytes.length === 4 ? formatIpv4(bytes.swap32()) : formatIpv6(bytes.swap32());
}
