import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDump } from '../../../../test/fixtures/netlink.ts';
import { SyscallError } from '../../native/syscall-error.ts';
import type { SocketTable } from '../polling/socket.ts';
import { createSockdiagTable, type NetlinkCalls } from './socket-table.ts';

const FD = 99;
const own = { netns: 1, pid: process.pid, isOwn: true };
const other = { netns: 2, pid: process.pid, isOwn: false };

/** The calls made, and the answers of the kernel to come. */
let calls: string[];
let answers: Buffer[];
let sent: Buffer[];
let refuse: { call: string; at?: number; errno: number } | undefined;
let table: SocketTable;

/** A kernel that plays back recorded datagrams. */
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
      return (answers.shift() ?? Buffer.alloc(0)).copy(into);
    },
    close: () => call('close'),
    enterNetworkNamespace: () => call('setns'),
  };
}

/** What was recorded is whole tables; here the dumps of the listeners that follow those of TCP find no more. */
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
  answers = recorded();
  refuse = undefined;
  table = createSockdiagTable(createFakeLibc(), '/proc');
});

afterEach(() => table.close());

const count = (name: string) => calls.filter((call) => call === name).length;

it('dumps TCP and UDP over both families and Unix sockets, by one socket that it closes', () => {
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

it('asks for listeners after connections, so that none comes through a listener unseen', () => {
  const LISTEN = 1 << 10;
  table.read(own);
  const tcp = sent.filter((message) => message[17] === 6).map((message) => message.readUInt32LE(20));
  expect(tcp).toEqual([~LISTEN >>> 0, ~LISTEN >>> 0, LISTEN, LISTEN]);
});

it('asks for Unix listeners before connections, so that none leaves the accept queue unseen', () => {
  table.read(own);
  const unix = sent.filter((message) => message[16] === 1).map((message) => message.readUInt32LE(20));
  expect(unix).toEqual([1 << 10, 1 << 1]);
});

it('does without a family or transport that the kernel lacks', () => {
  const ENOENT = 2;
  answers = [
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
  ['refuses', () => (answers = [refusal(1)]), 'EPERM'],
  ['knows no TCP dump', () => (answers = [refusal(2)]), 'ENOENT'],
  ['is silent', () => (refuse = { call: 'recv', errno: 11 }), 'EAGAIN'],
  ['sends nothing', () => (answers = []), 'ERR_MALFORMED_NETLINK'],
  ['sends what is no dump', () => (answers = [Buffer.alloc(16)]), 'ERR_MALFORMED_NETLINK'],
])('throws, and closes its socket, when the kernel %s', (_title, arrange, code) => {
  arrange();
  expect(() => table.read(own)).toThrow(expect.objectContaining({ code }));
  expect(count('close')).toBe(1);
});

describe('another namespace', () => {
  it('is stepped into for no longer than it takes to make a socket there', () => {
    expect(table.read(other).sockets).toHaveLength(17);
    expect(calls.slice(0, 5)).toEqual(['setns', 'socket', 'receiveTimeout', 'setns', 'send']);
  });

  it('that may not be entered is left alone', () => {
    refuse = { call: 'setns', errno: 1 };
    expect(() => table.read(other)).toThrow(expect.objectContaining({ code: 'EPERM' }));
    expect(calls).toEqual(['setns']);
  });

  it('is left even when no socket can be made in it', () => {
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

  it('whose process is gone is told so', () => {
    expect(() => table.read({ ...other, pid: 4_194_305 })).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });
});
