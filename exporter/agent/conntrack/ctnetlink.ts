import { constants } from 'node:os';
import type { Libc } from '../native/libc.ts';
import { SyscallError } from '../native/syscall-error.ts';
import { dump as netlinkDump } from '../net/netlink.ts';
import {
  decodeConnections,
  encodeDumpRequest,
  IPS_DST_NAT,
  IPS_SRC_NAT,
  type TranslatedConnection,
} from './message.ts';
import { NAT_FILTER } from './nat-filter.ts';

/** Translated connections by netlink, of the network namespace in which a socket is opened. */
export interface Ctnetlink {
  /** A socket that receives an event for each new connection. */
  subscribe(): number;
  /** Adds the pending events to `into`. Returns whether the socket buffer has overflowed. */
  drain(fd: number, into: TranslatedConnection[]): boolean;
  /** The connections tracked now; `within` opens the socket in a namespace. */
  dump(within: (open: () => number) => number): TranslatedConnection[];
}

/** The calls that it needs. */
export type CtnetlinkCalls = Pick<
  Libc,
  'socket' | 'receiveTimeout' | 'setOption' | 'attachFilter' | 'bind' | 'send' | 'recv' | 'close'
>;

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const SOCK_NONBLOCK = 0x800;
const SO_RCVBUFFORCE = 33;
const NETLINK_NETFILTER = 12;
/** The bit of NFNLGRP_CONNTRACK_NEW (include/uapi/linux/netfilter/nfnetlink_compat.h). */
const NEW_CONNECTIONS = 1;
/** `struct sockaddr_nl`. */
const SOCKADDR_NL = 12;
/** Enough for about 20,000 connections between two calls. The kernel allocates memory only for pending events. */
const BUFFER_BYTES = 32 * 1024 * 1024;
const DATAGRAM = 64 * 1024;
const TIMEOUT_SECONDS = 5;
const { EAGAIN, ENOBUFS } = constants.errno;
/** Limits one call while new connections keep arriving; the rest is read by the next call. */
const MAX_PER_CALL = 100_000;

/** The calls of ctnetlink (CAP_NET_ADMIN). Each throws `SyscallError`. */
export function createCtnetlink(libc: CtnetlinkCalls): Ctnetlink {
  const datagram = Buffer.alloc(DATAGRAM);

  const open = (flags = 0) => libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_NETFILTER);

  return {
    subscribe() {
      const fd = open(SOCK_NONBLOCK);
      try {
        libc.setOption(fd, SO_RCVBUFFORCE, BUFFER_BYTES);
        libc.attachFilter(fd, NAT_FILTER);
        const address = Buffer.alloc(SOCKADDR_NL);
        address.writeUInt16LE(AF_NETLINK, 0);
        address.writeUInt32LE(NEW_CONNECTIONS, 8);
        libc.bind(fd, address);
        return fd;
      } catch (error) {
        libc.close(fd);
        throw error;
      }
    },

    drain(fd, into) {
      let overrun = false;
      while (into.length < MAX_PER_CALL) {
        try {
          const length = libc.recv(fd, datagram);
          decodeConnections(datagram.subarray(0, length), into);
        } catch (error) {
          const { errno } = error as Partial<SyscallError>;
          if (errno === EAGAIN) break;
          if (errno !== ENOBUFS) throw error;
          overrun = true;
        }
      }
      return overrun;
    },

    /** Uses a socket without the filter, which judges a whole datagram by its first connection. */
    dump(within) {
      const fd = within(open);
      try {
        libc.receiveTimeout(fd, TIMEOUT_SECONDS);
        const found: TranslatedConnection[] = [];
        for (const status of [IPS_SRC_NAT, IPS_DST_NAT] as const) {
          const end = netlinkDump(libc, fd, encodeDumpRequest(status), datagram, (part) =>
            decodeConnections(part, found),
          );
          if (end.state === 'error') throw new SyscallError('conntrack dump', end.errno);
        }
        return found;
      } finally {
        libc.close(fd);
      }
    },
  };
}
