import { constants } from 'node:os';
import type { Libc } from '../native/libc.ts';
import { SyscallError } from '../native/syscall-error.ts';
import { dump } from '../net/netlink.ts';
import {
  decodeConnections,
  encodeDumpRequest,
  IPS_DST_NAT,
  IPS_SRC_NAT,
  type Translated,
} from './message.ts';
import { NAT_FILTER } from './nat-filter.ts';

/** What the kernel tells of translated connections by netlink, in the network namespace in which a socket is opened. */
export interface Ctnetlink {
  /** A socket to which it tells of each that begins. */
  listen(): number;
  /** Adds what waits there; whether the kernel had more to tell than there was room. */
  drain(fd: number, into: Translated[]): boolean;
  /** Those that are tracked now; `within` opens in a namespace. */
  readTracked(within: (open: () => number) => number): Translated[];
}

/** The calls that it makes. */
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
/** For some twenty thousand connections between two calls; the kernel takes memory only for what waits. */
const ROOM = 32 * 1024 * 1024;
const DATAGRAM = 64 * 1024;
const TIMEOUT_SECONDS = 5;
const { EAGAIN, ENOBUFS } = constants.errno;
/** Of those that begin while others are read; more wait for the next call. */
const MOST_AT_ONCE = 100_000;

/** The calls of ctnetlink (CAP_NET_ADMIN). Each throws `SyscallError`. */
export function createCtnetlink(libc: CtnetlinkCalls): Ctnetlink {
  const datagram = Buffer.alloc(DATAGRAM);

  const open = (flags = 0) => libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_NETFILTER);

  return {
    listen() {
      const fd = open(SOCK_NONBLOCK);
      try {
        libc.setOption(fd, SO_RCVBUFFORCE, ROOM);
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
      while (into.length < MOST_AT_ONCE) {
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

    /** By a socket of its own: the filter would take a whole datagram for its first connection. */
    readTracked(within) {
      const fd = within(open);
      try {
        libc.receiveTimeout(fd, TIMEOUT_SECONDS);
        const found: Translated[] = [];
        for (const status of [IPS_SRC_NAT, IPS_DST_NAT] as const) {
          const end = dump(libc, fd, encodeDumpRequest(status), datagram, (part) =>
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
