import { constants } from 'node:os';
import type { Libc } from '../../native/libc.ts';
import { SyscallError } from '../../native/syscall-error.ts';
import { isIpv6, parseAddress } from '../../net/address.ts';
import { MAX_PACKET_BYTES, responseFilter } from './filter.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;
const IPPROTO_UDP = 17;
const { EAGAIN } = constants.errno;

const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
/** Offset in `SO_MEMINFO` of the number of dropped packets (include/uapi/linux/sock_diag.h). */
const DROPS = 8 * 4;

/** Receive buffer of each name server's socket, in bytes; a short response takes some 800. */
const RECEIVE_BUFFER = 1 * 1024 * 1024;
const UDP_HEADER = 8;
/** A connected socket keeps the local address that it had then, so it is replaced after this time, in ms. */
const RENEW_AFTER = 30_000;
/** The most packets read from a socket per cycle, however many more arrive meanwhile. */
const MAX_PACKETS = 20_000;

/** Receives copies of the DNS responses that name servers send to this host, and nothing else. */
export interface DnsSocket {
  /**
   * Calls `onMessage` with each DNS message since the last call; the next one overwrites its buffer. From then on these
   * servers are observed and no others. `now` is monotonic, in ms.
   */
  read(servers: readonly string[], now: number, onMessage: (message: Buffer) => void): void;
  /** Messages dropped so far because a receive buffer was full. */
  dropped(): number;
  close(): void;
}

/** The calls that it needs. */
export type RawCalls = Pick<
  Libc,
  'socket' | 'setOption' | 'readOption' | 'attachFilter' | 'connect' | 'recv' | 'close'
>;

/** The socket of one name server. */
interface ServerSocket {
  readonly fd: number;
  readonly family: number;
  readonly since: number;
}

/**
 * Uses raw UDP sockets, each connected to a name server: the kernel gives it a copy of every packet from that server to
 * this host. The cost for others is small: TCP packets are not offered to it, and UDP packets from other addresses only
 * compared with the address (net/ipv4/raw.c, raw_v4_input). `within` opens them in another network namespace. Throws if
 * raw sockets are not permitted.
 */
export function createDnsSocket(libc: RawCalls, within: <T>(run: () => T) => T = (run) => run()): DnsSocket {
  const filters = new Map([AF_INET, AF_INET6].map((family) => [family, responseFilter(family)]));
  const datagram = Buffer.alloc(MAX_PACKET_BYTES);
  const sockets = new Map<string, ServerSocket>();
  let droppedBefore = 0;
  libc.close(open(AF_INET));

  function open(family: number): number {
    const fd = within(() => libc.socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
    try {
      libc.attachFilter(fd, filters.get(family) as Buffer);
      setReceiveBuffer(fd);
      return fd;
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  }

  /** Beyond the system's limit with CAP_NET_ADMIN, up to it without. */
  function setReceiveBuffer(fd: number): void {
    try {
      libc.setOption(fd, SO_RCVBUFFORCE, RECEIVE_BUFFER);
    } catch {
      libc.setOption(fd, SO_RCVBUF, RECEIVE_BUFFER);
    }
  }

  /** Undefined without a route to the server, without IPv6, or in a namespace that is being removed. */
  function openFor(server: string, now: number): ServerSocket | undefined {
    const family = isIpv6(server) ? AF_INET6 : AF_INET;
    let fd: number | undefined;
    try {
      fd = open(family);
      libc.connect(fd, socketAddress(family, server));
      return { fd, family, since: now };
    } catch (error) {
      if (fd !== undefined) libc.close(fd);
      if (isSystemError(error)) return undefined;
      throw error;
    }
  }

  function closeSocket(socket: ServerSocket): void {
    droppedBefore += droppedBy(socket);
    libc.close(socket.fd);
  }

  function droppedBy({ fd }: ServerSocket): number {
    const info = Buffer.alloc(DROPS + 4);
    libc.readOption(fd, SO_MEMINFO, info);
    return info.readUInt32LE(DROPS);
  }

  /** The next packet, or the error: EAGAIN if there is none, or that of a query (ECONNREFUSED). */
  function receive(fd: number): Buffer | SyscallError {
    try {
      return datagram.subarray(0, libc.recv(fd, datagram));
    } catch (error) {
      if (error instanceof SyscallError) return error;
      throw error;
    }
  }

  function drain({ fd, family }: ServerSocket, onMessage: (message: Buffer) => void): void {
    for (let rest = MAX_PACKETS; rest > 0; rest--) {
      const packet = receive(fd);
      if (packet instanceof SyscallError) {
        if (packet.errno === EAGAIN) return;
        continue;
      }
      // Only IPv4 packets include their IP header (raw(7)), whose length is in words.
      const udp = family === AF_INET ? ((packet[0] ?? 0) & 0x0f) * 4 : 0;
      onMessage(packet.subarray(udp + UDP_HEADER));
    }
  }

  return {
    read(servers, now, onMessage) {
      const before = new Map(sockets);
      sockets.clear();
      for (const server of servers) {
        const known = before.get(server);
        const socket = known && now - known.since < RENEW_AFTER ? known : openFor(server, now);
        if (socket) sockets.set(server, socket);
      }
      // Only now that their replacements receive: a response may be read twice, but none is missed.
      for (const [server, socket] of before) {
        drain(socket, onMessage);
        if (sockets.get(server) !== socket) closeSocket(socket);
      }
    },
    dropped: () => [...sockets.values()].reduce((sum, socket) => sum + droppedBy(socket), droppedBefore),
    close() {
      for (const socket of sockets.values()) closeSocket(socket);
      sockets.clear();
    },
  };
}

/** An error from the kernel, through the C library or Node. */
function isSystemError(error: unknown): boolean {
  return error instanceof SyscallError || (error as NodeJS.ErrnoException).syscall !== undefined;
}

/** `struct sockaddr_in` or `sockaddr_in6` (include/uapi/linux/in.h, in6.h), without a port. */
function socketAddress(family: number, address: string): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16LE(family);
  bytes.set(parseAddress(address), family === AF_INET ? 4 : 8);
  return bytes;
}
