import { constants } from 'node:os';
import type { Libc } from '../../native/libc.ts';
import { SyscallError } from '../../native/syscall-error.ts';
import { isIpv6, parseAddress } from '../../net/address.ts';
import { answersFilter, MAX_PACKET_BYTES } from './filter.ts';

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
/** Where in `SO_MEMINFO` the packets are counted that found no room (include/uapi/linux/sock_diag.h). */
const DROPS = 8 * 4;

/** Bytes that may wait in the kernel for a server's socket; a short answer takes some 800 of them. */
const ROOM = 1 * 1024 * 1024;
const UDP_HEADER = 8;
/** A connected socket keeps the own address that it had then; so it is made anew after so long, in ms. */
const RENEWED = 30_000;
/** Messages taken from a socket at once, however many more come in meanwhile. */
const MAX_AT_ONCE = 20_000;

/** Hears what name servers answer to programs of this host, and nothing else. */
export interface Listener {
  /**
   * Calls `hear` with each DNS message that has come since the last time; it is overwritten by the next. From then on
   * it listens to these servers and no others. `now` is in ms since any time.
   */
  read(servers: readonly string[], now: number, hear: (message: Buffer) => void): void;
  /** Messages that the kernel had no room for, so far. */
  lost(): number;
  close(): void;
}

/** The calls that it makes. */
export type RawCalls = Pick<
  Libc,
  'socket' | 'setOption' | 'readOption' | 'attachFilter' | 'connect' | 'recv' | 'close'
>;

interface Ear {
  readonly fd: number;
  readonly family: number;
  readonly since: number;
}

/**
 * A raw socket for UDP that is connected to a server gets a copy of what that server sends to this host, and the
 * kernel looks for it on no other packet's way: TCP passes none, and UDP from elsewhere is compared by address
 * (net/ipv4/raw.c, raw_v4_input). Sockets belong to the
 * network namespace in which they are made: `within` is where. Throws where raw sockets are not allowed.
 */
export function createListener(libc: RawCalls, within: <T>(run: () => T) => T = (run) => run()): Listener {
  const filters = new Map([AF_INET, AF_INET6].map((family) => [family, answersFilter(family)]));
  const datagram = Buffer.alloc(MAX_PACKET_BYTES);
  const ears = new Map<string, Ear>();
  let lostBefore = 0;
  libc.close(open(AF_INET));

  function open(family: number): number {
    const fd = within(() => libc.socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
    try {
      libc.attachFilter(fd, filters.get(family) as Buffer);
      makeRoom(fd);
      return fd;
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  }

  /** With CAP_NET_ADMIN; without, as much as anyone may have. */
  function makeRoom(fd: number): void {
    try {
      libc.setOption(fd, SO_RCVBUFFORCE, ROOM);
    } catch {
      libc.setOption(fd, SO_RCVBUF, ROOM);
    }
  }

  /**
   * Undefined where there is no way to the server, no IPv6, or the namespace is about to go: nobody gets an answer
   * from it.
   */
  function listenTo(server: string, now: number): Ear | undefined {
    const family = isIpv6(server) ? AF_INET6 : AF_INET;
    let fd: number | undefined;
    try {
      fd = open(family);
      libc.connect(fd, socketAddress(family, server));
      return { fd, family, since: now };
    } catch (error) {
      if (fd !== undefined) libc.close(fd);
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  function drop(ear: Ear): void {
    lostBefore += lostBy(ear);
    libc.close(ear.fd);
  }

  function lostBy({ fd }: Ear): number {
    const info = Buffer.alloc(DROPS + 4);
    libc.readOption(fd, SO_MEMINFO, info);
    return info.readUInt32LE(DROPS);
  }

  /** What waits, or the reason why not: that nothing does, or what befell a question (ECONNREFUSED). */
  function receive(fd: number): Buffer | SyscallError {
    try {
      return datagram.subarray(0, libc.recv(fd, datagram));
    } catch (error) {
      if (error instanceof SyscallError) return error;
      throw error;
    }
  }

  function drain({ fd, family }: Ear, hear: (message: Buffer) => void): void {
    for (let rest = MAX_AT_ONCE; rest > 0; rest--) {
      const packet = receive(fd);
      if (packet instanceof SyscallError) {
        if (packet.errno === EAGAIN) return;
        continue;
      }
      // Only IPv4 tells its own header (raw(7)), the length of which is in words.
      const udp = family === AF_INET ? ((packet[0] ?? 0) & 0x0f) * 4 : 0;
      hear(packet.subarray(udp + UDP_HEADER));
    }
  }

  return {
    read(servers, now, hear) {
      const before = new Map(ears);
      ears.clear();
      for (const server of servers) {
        const known = before.get(server);
        const ear = known && now - known.since < RENEWED ? known : listenTo(server, now);
        if (ear) ears.set(server, ear);
      }
      // Only now, when those that come after them hear already: what is heard twice does no harm.
      for (const [server, ear] of before) {
        drain(ear, hear);
        if (ears.get(server) !== ear) drop(ear);
      }
    },
    lost: () => [...ears.values()].reduce((sum, ear) => sum + lostBy(ear), lostBefore),
    close() {
      for (const ear of ears.values()) drop(ear);
      ears.clear();
    },
  };
}

/** What the kernel says no to: an error of a call of the C library's, or of Node's. */
function isRefusal(error: unknown): boolean {
  return error instanceof SyscallError || (error as NodeJS.ErrnoException).syscall !== undefined;
}

/** `struct sockaddr_in` or `sockaddr_in6` (include/uapi/linux/in.h, in6.h), without a port. */
function socketAddress(family: number, address: string): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16LE(family);
  bytes.set(parseAddress(address), family === AF_INET ? 4 : 8);
  return bytes;
}
