import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DUMPS, readDump } from '../../../../test/fixtures/netlink.ts';
import { MalformedMessageError } from '../../net/netlink.ts';
import type { Socket } from '../polling/socket.ts';
import { TcpState } from '../polling/tcp-state.ts';
import { parseNetSockets } from '../procfs/net-sockets.ts';
import { AF_INET, AF_INET6, decodeDump, encodeDumpRequest } from './message.ts';

function decode(datagram: Buffer, transport: 'tcp' | 'udp' = 'tcp') {
  const sockets: Socket[] = [];
  const progress = decodeDump(datagram, transport, sockets);
  return { sockets, progress };
}

/** The sockets, or undefined if the bytes are rejected with the typed error; other errors fail the test. */
function tryDecode(datagram: Buffer): Socket[] | undefined {
  const sockets: Socket[] = [];
  try {
    decodeDump(datagram, 'tcp', sockets);
    return sockets;
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessageError);
    return undefined;
  }
}

function message(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + payload.length, 0);
  header.writeUInt16LE(type, 4);
  return Buffer.concat([header, payload]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

const [tcp4 = Buffer.alloc(0), done = Buffer.alloc(0)] = readDump('tcp-ipv4');

it.each([
  [{ family: AF_INET, transport: 'tcp' }, '02060200'],
  [{ family: AF_INET6, transport: 'tcp' }, '0a060200'],
  [{ family: AF_INET, transport: 'udp' }, '02110200'],
  [{ family: AF_INET6, transport: 'udp' }, '0a110200'],
] as const)('encodes a request for %o in the kernel’s format', (request, start) => {
  const header = '48000000' + '1400' + '0103' + '00000000' + '00000000';
  expect(encodeDumpRequest(request).toString('hex')).toBe(`${header}${start}ffffffff${'00'.repeat(48)}`);
});

describe('a recorded dump', () => {
  it.each(DUMPS)('$name contains the sockets of /proc/net/$file', ({ name, transport, file }) => {
    const decoded = readDump(name).map((datagram) => decode(datagram, transport));
    const text = readFileSync(`test/fixtures/proc/42/net/${file}`, 'latin1');
    const inAnyOrder = (sockets: Socket[]) =>
      sockets
        .map(
          ({ ipv6Only, initiated, transmittedBytes, receivedBytes, retransmits, rtt, ...socket }) => socket,
        )
        .sort((a, b) => a.localPort - b.localPort || a.inode - b.inode);
    const sockets = decoded.flatMap((part) => part.sockets);
    expect(inAnyOrder(sockets)).toEqual(inAnyOrder(parseNetSockets(text, transport)));
    expect(decoded.map(({ progress }) => progress.state)).toEqual(['more', 'done']);
  });

  it('contains bytes, retransmits and round-trip time of each endpoint', () => {
    const ends = decode(tcp4).sockets.filter(
      ({ localPort, remotePort, state }) =>
        [localPort, remotePort].includes(50001) && state === TcpState.established,
    );
    const client = ends.find(({ localPort }) => localPort === 50001);
    const server = ends.find(({ localPort }) => localPort === 7001);
    // The kernel counts an acknowledged SYN among the client's bytes; only the payload is reported.
    expect(client).toMatchObject({ transmittedBytes: 1000, receivedBytes: 2000, retransmits: 0 });
    expect(server).toMatchObject({ transmittedBytes: 2000, receivedBytes: 1000, retransmits: 0 });
    for (const { rtt } of ends) expect(rtt).toBeGreaterThan(0);
    for (const { rtt } of ends) expect(rtt).toBeLessThan(1);
  });

  it('contains TIME_WAIT sockets without inode and tcp_info', () => {
    const [ended] = decode(tcp4).sockets.filter(({ localPort }) => localPort === 50002);
    expect(ended).toEqual({
      transport: 'tcp',
      state: TcpState.timeWait,
      localAddress: '127.0.0.1',
      localPort: 50002,
      remoteAddress: '127.0.0.1',
      remotePort: 7002,
      inode: 0,
    });
  });

  it('contains IPv4-mapped addresses as IPv4, and listeners that refuse IPv4', () => {
    const [datagram = Buffer.alloc(0)] = readDump('tcp-ipv6');
    const { sockets } = decode(datagram);
    expect(sockets.find(({ remotePort }) => remotePort === 50004)).toMatchObject({
      localAddress: '127.0.0.1',
      remoteAddress: '127.0.0.1',
    });
    const listener = (port: number) =>
      sockets.find((socket) => socket.localPort === port && socket.state === TcpState.listen);
    expect(listener(7004)).toMatchObject({ localAddress: '::', ipv6Only: false });
    expect(listener(7005)).toMatchObject({ localAddress: '::', ipv6Only: true });
  });
});

describe('the end of a dump', () => {
  it('can be in the same datagram as the last sockets', () => {
    const { sockets, progress } = decode(Buffer.concat([tcp4, done, tcp4]));
    expect(progress).toEqual({ state: 'done' });
    expect(sockets).toEqual(decode(tcp4).sockets);
  });

  it('is an error when the kernel refuses the request', () => {
    const EPERM = 1;
    const refusal = message(2, Buffer.concat([int32(-EPERM), Buffer.alloc(16)]));
    expect(decode(refusal).progress).toEqual({ state: 'error', errno: EPERM });
    expect(() => decode(message(2, Buffer.alloc(0)))).toThrow(MalformedMessageError);
  });

  it('is an error when the dump failed half way', () => {
    const ENOMEM = 12;
    expect(decode(message(3, int32(-ENOMEM))).progress).toEqual({ state: 'error', errno: ENOMEM });
    expect(decode(message(3, int32(0))).progress).toEqual({ state: 'done' });
    expect(decode(message(3, Buffer.alloc(0))).progress).toEqual({ state: 'done' });
  });
});

it.each([0, 1, 2, 3, 4])('ignores messages of other types, of %i bytes and their padding', (length) => {
  const noop = message(1, Buffer.alloc(length));
  const padding = Buffer.alloc(-length & 3);
  expect(decode(Buffer.concat([noop, padding, tcp4])).sockets).toEqual(decode(tcp4).sockets);
});

describe('malformed bytes', () => {
  it('are rejected, or decoded up to the cut, for a datagram truncated at any byte', () => {
    const whole = decode(tcp4).sockets;
    for (let length = 0; length < tcp4.length; length++) {
      const sockets = tryDecode(tcp4.subarray(0, length)) ?? [];
      expect(sockets).toEqual(whole.slice(0, sockets.length));
    }
  });

  it('are rejected with a typed error or decoded when one byte is changed', () => {
    const position = fc.nat(tcp4.length - 1);
    fc.assert(
      fc.property(position, fc.nat(255), (at, value) => {
        const changed = Buffer.from(tcp4);
        changed[at] = value;
        tryDecode(changed);
      }),
      { numRuns: 2000 },
    );
  });

  it('are rejected with a typed error or decoded when random', () => {
    const lengths = fc.constantFrom(0, 1, 4, 15, 16, 20, 88, 92, 1000, 0xffffffff);
    const parts = fc.array(
      fc.tuple(lengths, fc.constantFrom(2, 3, 20, 99), fc.uint8Array({ maxLength: 120 })),
    );
    fc.assert(
      fc.property(parts, (messages) => {
        const bytes = messages.map(([length, type, payload]) => {
          const part = message(type, Buffer.from(payload));
          part.writeUInt32LE(length, 0);
          return part;
        });
        tryDecode(Buffer.concat(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it('are rejected with their position', () => {
    const zero = Buffer.alloc(16);
    expect(() => decode(Buffer.concat([tcp4, zero]))).toThrow(
      `malformed netlink message at byte ${tcp4.length}: length 0`,
    );
  });
});
