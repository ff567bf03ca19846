import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import type { Socket } from '../polling/socket.ts';
import { TcpState } from '../polling/tcp-state.ts';
import { MalformedSocketLineError, parseNetSockets } from './net-sockets.ts';

const read = (file: string) => readFileSync(`test/fixtures/proc/42/net/${file}`, 'latin1');
const summary = (text: string, transport: 'tcp' | 'udp') =>
  parseNetSockets(text, transport).map(
    ({ state, localAddress, localPort, remoteAddress, remotePort }) =>
      `${state} ${localAddress} ${localPort} ${remoteAddress} ${remotePort}`,
  );

describe('parses a recorded file', () => {
  it('tcp', () => {
    expect(summary(read('tcp'), 'tcp')).toEqual([
      '10 0.0.0.0 7002 0.0.0.0 0',
      '10 127.0.0.1 7001 0.0.0.0 0',
      '1 127.0.0.1 7001 127.0.0.1 50001',
      '6 127.0.0.1 50002 127.0.0.1 7002',
      '1 127.0.0.1 50001 127.0.0.1 7001',
      '1 127.0.0.1 50004 127.0.0.1 7004',
    ]);
  });

  it('tcp6, with an IPv4-mapped connection', () => {
    expect(summary(read('tcp6'), 'tcp')).toEqual([
      '10 :: 7005 :: 0',
      '10 :: 7004 :: 0',
      '10 ::1 7003 :: 0',
      '1 ::1 7003 ::1 50003',
      '1 ::1 50003 ::1 7003',
      '1 127.0.0.1 7004 127.0.0.1 50004',
    ]);
  });

  it('udp and udp6', () => {
    expect(summary(read('udp'), 'udp')).toEqual([
      '1 127.0.0.1 7011 127.0.0.1 50011',
      '7 0.0.0.0 7011 0.0.0.0 0',
      '1 127.0.0.1 50011 127.0.0.1 7011',
    ]);
    expect(summary(read('udp6'), 'udp')).toEqual(['7 :: 7012 :: 0', '1 ::1 50012 ::1 7012']);
  });

  it('inodes: one for each socket that a process holds, none for TIME_WAIT', () => {
    const sockets = parseNetSockets(read('tcp'), 'tcp');
    const held = sockets.filter(({ state }) => state !== TcpState.timeWait).map(({ inode }) => inode);
    expect(held.every((inode) => inode > 0)).toBe(true);
    expect(new Set(held).size).toBe(held.length);
    expect(sockets.find(({ state }) => state === TcpState.timeWait)?.inode).toBe(0);
  });
});

/** The sockets, or undefined if the text is rejected with the typed error. */
function tryParse(text: string, transport: 'tcp' | 'udp'): Socket[] | undefined {
  try {
    return parseNetSockets(text, transport);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedSocketLineError);
    return undefined;
  }
}

describe('truncated text', () => {
  it.each([
    ['tcp', 'tcp'],
    ['tcp6', 'tcp'],
    ['udp', 'udp'],
  ] as const)('%s is refused or gives the sockets before the cut', (file, transport) => {
    const text = read(file);
    const whole = parseNetSockets(text, transport);
    for (let length = 0; length < text.length; length++) {
      const sockets = tryParse(text.slice(0, length), transport) ?? [];
      expect(sockets).toEqual(whole.slice(0, sockets.length));
    }
  });

  it('contains no socket when only the header is left, or nothing', () => {
    expect(parseNetSockets('', 'tcp')).toEqual([]);
    expect(parseNetSockets('  sl  local_address\n', 'tcp')).toEqual([]);
  });
});

it('rejects garbage with a typed error that contains at most a part of it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (bytes) => {
      const line = Buffer.from(bytes).toString('latin1');
      fc.pre(line.trim() !== '');
      expect(() => parseNetSockets(`header\n${line}`, 'tcp')).toThrow(MalformedSocketLineError);
    }),
  );
  const long = 'x'.repeat(10_000);
  expect(() => parseNetSockets(`header\n${long}\n`, 'tcp')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('x'.repeat(300)) }),
  );
});

/** In the kernel's format: each 32-bit word of the address as a number in little-endian order. */
function hexAddress(bytes: Uint8Array): string {
  const words = Buffer.from(bytes);
  let hex = '';
  for (let at = 0; at < words.length; at += 4)
    hex += words.readUInt32LE(at).toString(16).toUpperCase().padStart(8, '0');
  return hex;
}

const port = fc.nat(65535);
const addressPair = fc
  .constantFrom(4, 16)
  .chain((length) => fc.tuple(...[0, 1].map(() => fc.uint8Array({ minLength: length, maxLength: length }))));

it('parses any row in the format of get_tcp4_sock and get_tcp6_sock', () => {
  const row = fc.record({
    addresses: addressPair,
    localPort: port,
    remotePort: port,
    state: fc.integer({ min: 1, max: 12 }),
    inode: fc.nat(0xffffffff),
    slot: fc.nat(100_000),
    uid: fc.nat(0xffffffff),
  });
  const hex = (value: number, width: number) => value.toString(16).toUpperCase().padStart(width, '0');
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
      const lines = rows.map(
        ({ addresses: [local, remote], localPort, remotePort, state, inode, slot, uid }) =>
          [
            `${`${slot}`.padStart(4)}:`,
            `${hexAddress(local ?? new Uint8Array())}:${hex(localPort, 4)}`,
            `${hexAddress(remote ?? new Uint8Array())}:${hex(remotePort, 4)}`,
            `${hex(state, 2)} 00000000:0000002A 01:00000015 00000000 ${`${uid}`.padStart(5)}        0 ${inode}`,
            '2 00000000094f27a0 20 4 33 11 -1',
          ].join(' '),
      );
      const format = (bytes = new Uint8Array()) => (bytes.length === 4 ? formatIpv4 : formatIpv6)(bytes);
      expect(parseNetSockets(`header\n${lines.map((line) => `${line}\n`).join('')}`, 'tcp')).toEqual(
        rows.map(({ addresses: [local, remote], localPort, remotePort, state, inode }) => ({
          transport: 'tcp',
          state,
          localAddress: format(local),
          localPort,
          remoteAddress: format(remote),
          remotePort,
          inode,
        })),
      );
    }),
  );
});
