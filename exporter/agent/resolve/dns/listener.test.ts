import { beforeEach, expect, it } from 'vitest';
import { SyscallError } from '../../native/syscall-error.ts';
import { createListener, type Listener, type RawCalls } from './listener.ts';

const [EPERM, ECONNREFUSED, EAGAIN, ENETUNREACH] = [1, 111, 11, 101];
const MINUTE = 60_000;

/** What the kernel holds: open sockets, and what waits in each. */
interface FakeSocket {
  readonly family: number;
  server?: string;
  readonly waiting: (Buffer | number)[];
  drops: number;
}
let sockets: Map<number, FakeSocket>;
let refuse: (call: string, detail?: string) => number | undefined;
let listener: Listener;
let nextFd: number;

function createFakeLibc(): RawCalls {
  const of = (fd: number) => sockets.get(fd) as FakeSocket;
  function call(name: string, detail?: string): void {
    const errno = refuse(name, detail);
    if (errno !== undefined) throw new SyscallError(name, errno);
  }
  return {
    socket(family) {
      call('socket');
      sockets.set(++nextFd, { family, waiting: [], drops: 0 });
      return nextFd;
    },
    setOption: (_fd, option) => call('setsockopt', `${option}`),
    readOption: (fd, _option, into) => void into.writeUInt32LE(of(fd).drops, 32),
    attachFilter: () => call('filter'),
    connect(fd, address) {
      const server = of(fd).family === 2 ? address.subarray(4, 8).join('.') : address.toString('hex', 8, 24);
      call('connect', server);
      of(fd).server = server;
    },
    recv(fd, into) {
      const next = of(fd).waiting.shift() ?? EAGAIN;
      if (typeof next === 'number') throw new SyscallError('recv', next);
      return next.copy(into);
    },
    close: (fd) => void sockets.delete(fd),
  };
}

/** A packet as raw(7) gives it: IPv4 with its header, here one with options; UDP's, and the message. */
const ipv4 = (text: string) => Buffer.concat([Buffer.from([0x46]), Buffer.alloc(23 + 8), Buffer.from(text)]);
const ipv6 = (text: string) => Buffer.concat([Buffer.alloc(8), Buffer.from(text)]);

const socketOf = (server: string) => [...sockets.values()].filter((socket) => socket.server === server);

function read(servers: readonly string[], now = 0): string[] {
  const heard: string[] = [];
  listener.read(servers, now, (message) => heard.push(message.toString()));
  return heard;
}

beforeEach(() => {
  sockets = new Map();
  nextFd = 10;
  refuse = () => undefined;
  listener = createListener(createFakeLibc());
});

it('hears those that it was told of, IPv4 and IPv6, without their headers', () => {
  expect(read(['10.0.0.53', 'fd00::53'])).toEqual([]);
  socketOf('10.0.0.53')[0]?.waiting.push(ipv4('one'), ipv4('two'));
  socketOf(`fd00${'0'.repeat(26)}53`)[0]?.waiting.push(ipv6('six'));
  expect(read(['10.0.0.53', 'fd00::53'])).toEqual(['one', 'two', 'six']);
  expect(read(['10.0.0.53', 'fd00::53'])).toEqual([]);
  expect(sockets.size).toBe(2);
});

it('hears what is left of one before it is dropped', () => {
  read(['10.0.0.53']);
  socketOf('10.0.0.53')[0]?.waiting.push(ipv4('last'));
  expect(read([])).toEqual(['last']);
  expect(sockets.size).toBe(0);
});

it('makes a socket anew after a while, as the own address may have changed, and misses nothing', () => {
  read(['10.0.0.53']);
  const [first] = socketOf('10.0.0.53');
  first?.waiting.push(ipv4('old'));
  expect(read(['10.0.0.53'], MINUTE)).toEqual(['old']);
  const now = socketOf('10.0.0.53');
  expect(now).toHaveLength(1);
  expect(now[0]).not.toBe(first);
});

it('counts what had no room, also of those that are dropped', () => {
  read(['10.0.0.53', '10.0.0.54']);
  for (const socket of sockets.values()) socket.drops = 3;
  expect(listener.lost()).toBe(6);
  read(['10.0.0.53']);
  expect(listener.lost()).toBe(6);
});

it('goes on past the errors that questions met', () => {
  read(['10.0.0.53']);
  socketOf('10.0.0.53')[0]?.waiting.push(ECONNREFUSED, ipv4('later'));
  expect(read(['10.0.0.53'])).toEqual(['later']);
});

it('leaves out a server to which there is no way, until there is', () => {
  refuse = (_call, server) => (server === '10.0.0.53' ? ENETUNREACH : undefined);
  read(['10.0.0.53', '10.0.0.54']);
  expect([...sockets.values()].map(({ server }) => server)).toEqual(['10.0.0.54']);
  refuse = () => undefined;
  read(['10.0.0.53', '10.0.0.54']);
  expect(sockets.size).toBe(2);
});

it('takes the room that anyone may have where it may not have more', () => {
  const SO_RCVBUFFORCE = '33';
  refuse = (_call, option) => (option === SO_RCVBUFFORCE ? EPERM : undefined);
  read(['10.0.0.53']);
  expect(sockets.size).toBe(1);
});

it.each(['socket', 'filter'])(
  'is not to be had where %s is refused, and leaves nothing open',
  (forbidden) => {
    refuse = (call) => (call === forbidden ? EPERM : undefined);
    expect(() => createListener(createFakeLibc())).toThrow(expect.objectContaining({ code: 'EPERM' }));
    expect(sockets.size).toBe(0);
  },
);

it('closes all', () => {
  read(['10.0.0.53', 'fd00::53']);
  listener.close();
  expect(sockets.size).toBe(0);
});
