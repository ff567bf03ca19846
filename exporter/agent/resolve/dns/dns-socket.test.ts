import { beforeEach, expect, it } from 'vitest';
import { SyscallError } from '../../native/syscall-error.ts';
import { createDnsSocket, type DnsSocket, type RawCalls } from './dns-socket.ts';

const [EPERM, ECONNREFUSED, EAGAIN, ENETUNREACH] = [1, 111, 11, 101];
const MINUTE = 60_000;

/** A socket in the kernel, and the packets in its queue. */
interface FakeSocket {
  readonly family: number;
  server?: string;
  readonly queue: (Buffer | number)[];
  drops: number;
}
let sockets: Map<number, FakeSocket>;
let refuse: (call: string, detail?: string) => number | undefined;
let dnsSocket: DnsSocket;
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
      sockets.set(++nextFd, { family, queue: [], drops: 0 });
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
      const next = of(fd).queue.shift() ?? EAGAIN;
      if (typeof next === 'number') throw new SyscallError('recv', next);
      return next.copy(into);
    },
    close: (fd) => void sockets.delete(fd),
  };
}

/** A packet as in raw(7): the IP header for IPv4 only (here with options), the UDP header and the message. */
const ipv4 = (text: string) => Buffer.concat([Buffer.from([0x46]), Buffer.alloc(23 + 8), Buffer.from(text)]);
const ipv6 = (text: string) => Buffer.concat([Buffer.alloc(8), Buffer.from(text)]);

const socketOf = (server: string) => [...sockets.values()].filter((socket) => socket.server === server);

function read(servers: readonly string[], now = 0): string[] {
  const messages: string[] = [];
  dnsSocket.read(servers, now, (message) => messages.push(message.toString()));
  return messages;
}

beforeEach(() => {
  sockets = new Map();
  nextFd = 10;
  refuse = () => undefined;
  dnsSocket = createDnsSocket(createFakeLibc());
});

it('reads messages from the given servers over IPv4 and IPv6, without headers', () => {
  expect(read(['10.0.0.53', 'fd00::53'])).toEqual([]);
  socketOf('10.0.0.53')[0]?.queue.push(ipv4('one'), ipv4('two'));
  socketOf(`fd00${'0'.repeat(26)}53`)[0]?.queue.push(ipv6('six'));
  expect(read(['10.0.0.53', 'fd00::53'])).toEqual(['one', 'two', 'six']);
  expect(read(['10.0.0.53', 'fd00::53'])).toEqual([]);
  expect(sockets.size).toBe(2);
});

it('reads the rest from a server before it is dropped', () => {
  read(['10.0.0.53']);
  socketOf('10.0.0.53')[0]?.queue.push(ipv4('last'));
  expect(read([])).toEqual(['last']);
  expect(sockets.size).toBe(0);
});

it('replaces a socket after a while, as the local address may have changed, without missing a message', () => {
  read(['10.0.0.53']);
  const [first] = socketOf('10.0.0.53');
  first?.queue.push(ipv4('old'));
  expect(read(['10.0.0.53'], MINUTE)).toEqual(['old']);
  const now = socketOf('10.0.0.53');
  expect(now).toHaveLength(1);
  expect(now[0]).not.toBe(first);
});

it('counts dropped messages, also of closed sockets', () => {
  read(['10.0.0.53', '10.0.0.54']);
  for (const socket of sockets.values()) socket.drops = 3;
  expect(dnsSocket.dropped()).toBe(6);
  read(['10.0.0.53']);
  expect(dnsSocket.dropped()).toBe(6);
});

it('continues after the errors of queries', () => {
  read(['10.0.0.53']);
  socketOf('10.0.0.53')[0]?.queue.push(ECONNREFUSED, ipv4('later'));
  expect(read(['10.0.0.53'])).toEqual(['later']);
});

it('leaves out a server without a route, until there is one', () => {
  refuse = (_call, server) => (server === '10.0.0.53' ? ENETUNREACH : undefined);
  read(['10.0.0.53', '10.0.0.54']);
  expect([...sockets.values()].map(({ server }) => server)).toEqual(['10.0.0.54']);
  refuse = () => undefined;
  read(['10.0.0.53', '10.0.0.54']);
  expect(sockets.size).toBe(2);
});

it('uses the system’s limit of the receive buffer without CAP_NET_ADMIN', () => {
  const SO_RCVBUFFORCE = '33';
  refuse = (_call, option) => (option === SO_RCVBUFFORCE ? EPERM : undefined);
  read(['10.0.0.53']);
  expect(sockets.size).toBe(1);
});

it.each(['socket', 'filter'])('throws if %s is not permitted, and leaves nothing open', (forbidden) => {
  refuse = (call) => (call === forbidden ? EPERM : undefined);
  expect(() => createDnsSocket(createFakeLibc())).toThrow(expect.objectContaining({ code: 'EPERM' }));
  expect(sockets.size).toBe(0);
});

it('closes all sockets', () => {
  read(['10.0.0.53', 'fd00::53']);
  dnsSocket.close();
  expect(sockets.size).toBe(0);
});
