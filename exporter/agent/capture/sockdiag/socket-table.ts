import { constants } from 'node:os';
import { createNamespaceEntry } from '../../native/enter-namespace.ts';
import type { Libc } from '../../native/libc.ts';
import { SyscallError } from '../../native/syscall-error.ts';
import { type DumpProgress, dump } from '../../net/netlink.ts';
import type { Socket, SocketTable } from '../polling/socket.ts';
import { TcpState } from '../polling/tcp-state.ts';
import type { UnixSocket } from '../polling/unix-socket.ts';
import { AF_INET, AF_INET6, type DumpRequest, decodeDump, encodeDumpRequest } from './message.ts';
import { decodeUnixDump, encodeUnixDumpRequest } from './unix-message.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const NETLINK_SOCK_DIAG = 4;
/** The kernel fills a dump's datagrams to 32 KiB at most (net/netlink/af_netlink.c, netlink_dump). */
const DATAGRAM = 64 * 1024;
const TIMEOUT_SECONDS = 5;
const { ENOENT } = constants.errno;

const LISTENING = 1 << TcpState.listen;
const NOT_LISTENING = ~LISTENING >>> 0;

/**
 * Listeners last: a dump takes time, and the listener of a connection in it existed before the connection. In the other
 * order, a listener opened in between would be missed, and its connection be reported as outbound.
 */
const REQUESTS: readonly DumpRequest[] = [
  { family: AF_INET, transport: 'tcp', states: NOT_LISTENING },
  { family: AF_INET6, transport: 'tcp', states: NOT_LISTENING },
  { family: AF_INET, transport: 'tcp', states: LISTENING },
  { family: AF_INET6, transport: 'tcp', states: LISTENING },
  { family: AF_INET, transport: 'udp' },
  { family: AF_INET6, transport: 'udp' },
];

/** Without this dump (module tcp_diag), a reading would miss all connections. */
const REQUIRED = 'tcp/ipv4';

/** Listeners first: a connection that leaves the accept queue in between is then in one of the dumps, or in both. */
const UNIX_REQUESTS = [TcpState.listen, TcpState.established] as const;

/** The calls that the table makes. */
export type NetlinkCalls = Pick<
  Libc,
  'socket' | 'receiveTimeout' | 'send' | 'recv' | 'close' | 'enterNetworkNamespace'
>;

/** Reads socket tables by netlink. A netlink socket belongs to the namespace that it was created in. */
export function createSockdiagTable(libc: NetlinkCalls, procRoot = '/proc'): SocketTable {
  const datagram = Buffer.alloc(DATAGRAM);
  const namespaces = createNamespaceEntry(libc, procRoot);

  function openNetlink(): number {
    const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    libc.receiveTimeout(fd, TIMEOUT_SECONDS);
    return fd;
  }

  /** Kernels without IPv6, udp_diag or unix_diag respond with ENOENT, which is ignored. */
  function dumpSockets(
    fd: number,
    request: Buffer,
    what: string,
    decode: (part: Buffer) => DumpProgress,
  ): void {
    const end = dump(libc, fd, request, datagram, decode);
    if (end.state === 'error' && (end.errno !== ENOENT || what === REQUIRED))
      throw new SyscallError(`sock_diag ${what} dump`, end.errno);
  }

  return {
    read(namespace) {
      const fd = namespaces.within(namespace, openNetlink);
      try {
        const sockets: Socket[] = [];
        for (const request of REQUESTS) {
          const { transport, family } = request;
          const what = `${transport}/${family === AF_INET ? 'ipv4' : 'ipv6'}`;
          dumpSockets(fd, encodeDumpRequest(request), what, (part) => decodeDump(part, transport, sockets));
        }
        const unix: UnixSocket[] = [];
        for (const state of UNIX_REQUESTS)
          dumpSockets(fd, encodeUnixDumpRequest(state), 'unix', (part) => decodeUnixDump(part, unix));
        return { sockets, unix };
      } finally {
        libc.close(fd);
      }
    },
    close: () => namespaces.close(),
  };
}
