import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDump } from '../../../../test/fixtures/netlink.ts';
import { SyscallError } from '../../native/syscall-error.ts';
import type { SocketTable } from '../polling/socket.ts';
import { createSockdiagTable, type NetlinkCalls } from './socket-table.ts';

const FD = 99;
const own = { netns: 1, pid: process.pid, isOwn: true };
const other = { netns: 2, pid: process.pid, isOwn: false };

/** The calls made, and the kernel's next responses. */
let calls: string[];
let responses: Buffer[];
let sent: Buffer[];
let refuse: { call: string; at?: number; errno: number } | undefined;
let table: SocketTable;

/** A kernel that returns recorded datagrams. */
function createFakeLibc(): NetlinkCalls {
  function call(name: string): void {
    calls.push(name);
    const times = calls.filter((one) => one === name).length;
    if (refuse?.call === name && times === (refuse.at ?? 1)) throw new SyscallError(name, refuse.errno);
  }
  return {
    socket() {
      call('socket');
      return FD;
    },
    receiveTimeout: () => call('receiveTimeout'),
    send(_fd, message) {
      call('send');
      sent.push(message);
    },
    recv(_fd, into) {
      call('recv');
      return (responses.shift() ?? Buffer.alloc(0)).copy(into);
    },
    close: () => call('close'),
    enterNetworkNamespace: () => call('setns'),
  };
}

/** The recordings are of whole tables, so that the dumps of listeners, which follow those of TCP, are empty. */
const recorded = () => [
  ...readDump('tcp-ipv4'),
  ...readDump('tcp-ipv6'),
  end(),
  end(),
  ...readDump('udp-ipv4'),
  ...readDump('udp-ipv6'),
  ...readDump('unix-listen'),
  ...readDump('unix-established'),
];

/** NLMSG_DONE. */
function end(): Buffer {
  const message = Buffer.alloc(20);
  message.writeUInt32LE(message.length, 0);
  message.writeUInt16LE(3, 4);
  return message;
}

function refusal(errno: number): Buffer {
  const message = Buffer.alloc(36);
  message.writeUInt32LE(message.length, 0);
  message.writeUInt16LE(2, 4);
  message.writeInt32LE(-errno, 16);
  return message;
}

beforeEach(() => {
  calls = [];
  sent = [];
  responses = recorded();
  refuse = undefined;
  table = createSockdiagTable(createFakeLibc(), '/proc');
});

afterEach(() => table.close());

const count = (name: string) => calls.filter((call) => call === name).length;

it('dumps TCP and UDP of both families and Unix sockets over one socket, and closes it', () => {
  const { sockets, unix } = table.read(own);
  expect(sockets).toHaveLength(17);
  expect(unix).toHaveLength(9);
  expect(calls.slice(0, 3)).toEqual(['socket', 'receiveTimeout', 'send']);
  expect({ send: count('send'), close: count('close'), setns: count('setns') }).toEqual({
    send: 8,
    close: 1,
    setns: 0,
  });
});

it('requests listeners after connections, so that no connection is without its listener', () => {
  const LISTEN = 1 << 10;
  table.read(own);
  const tcp = sent.filter((message) => message[17] === 6).map((message) => message.readUInt32LE(20));
  expect(tcp).toEqual([~LISTEN >>> 0, ~LISTEN >>> 0, LISTEN, LISTEN]);
});

it('requests Unix listeners before connections, so that no client leaves the accept queue unseen', () => {
  table.read(own);
  const unix = sent.filter((message) => message[16] === 1).map((message) => message.readUInt32LE(20));
  expect(unix).toEqual([1 << 10, 1 << 1]);
});

it('works without a family or transport that the kernel does not support', () => {
  const ENOENT = 2;
  responses = [
    ...readDump('tcp-ipv4'),
    ...[refusal(ENOENT), end(), refusal(ENOENT)],
    ...readDump('udp-ipv4'),
    ...[refusal(ENOENT), refusal(ENOENT), refusal(ENOENT)],
  ];
  const { sockets, unix } = table.read(own);
  expect(sockets).toHaveLength(9);
  expect(unix).toEqual([]);
});

it.each([
  ['refuses', () => (responses = [refusal(1)]), 'EPERM'],
  ['does not support TCP dumps', () => (responses = [refusal(2)]), 'ENOENT'],
  ['does not respond', () => (refuse = { call: 'recv', errno: 11 }), 'EAGAIN'],
  ['sends nothing', () => (responses = []), 'ERR_MALFORMED_NETLINK'],
  ['sends a malformed dump', () => (responses = [Buffer.alloc(16)]), 'ERR_MALFORMED_NETLINK'],
])('throws, and closes its socket, when the kernel %s', (_title, arrange, code) => {
  arrange();
  expect(() => table.read(own)).toThrow(expect.objectContaining({ code }));
  expect(count('close')).toBe(1);
});

describe('another namespace', () => {
  it('is entered only to create a socket', () => {
    expect(table.read(other).sockets).toHaveLength(17);
    expect(calls.slice(0, 5)).toEqual(['setns', 'socket', 'receiveTimeout', 'setns', 'send']);
  });

  it('that cannot be entered is skipped', () => {
    refuse = { call: 'setns', errno: 1 };
    expect(() => table.read(other)).toThrow(expect.objectContaining({ code: 'EPERM' }));
    expect(calls).toEqual(['setns']);
  });

  it('is left even when no socket can be created in it', () => {
    refuse = { call: 'socket', errno: 24 };
    expect(() => table.read(other)).toThrow(expect.objectContaining({ code: 'EMFILE' }));
    expect(calls).toEqual(['setns', 'socket', 'setns']);
  });

  it('that cannot be left again is fatal', () => {
    refuse = { call: 'setns', at: 2, errno: 1 };
    expect(() => table.read(other)).toThrow(
      expect.objectContaining({ name: 'FatalError', code: 'ERR_STRANDED' }),
    );
  });

  it('whose process has ended is reported', () => {
    expect(() => table.read({ ...other, pid: 4_194_305 })).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });
});
