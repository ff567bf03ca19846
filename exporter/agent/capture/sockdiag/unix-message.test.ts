import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDump } from '../../../../test/fixtures/netlink.ts';
import { MalformedMessageError } from '../../net/netlink.ts';
import { formatUnixName } from '../../net/unix-name.ts';
import { TcpState } from '../polling/tcp-state.ts';
import type { UnixSocket } from '../polling/unix-socket.ts';
import { decodeUnixDump, encodeUnixDumpRequest } from './unix-message.ts';

function decode(datagram: Buffer) {
  const sockets: UnixSocket[] = [];
  return { progress: decodeUnixDump(datagram, sockets), sockets };
}

/** The sockets, or undefined if the bytes are rejected with the typed error; other errors fail the test. */
function tryDecode(datagram: Buffer): UnixSocket[] | undefined {
  try {
    return decode(datagram).sockets;
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessageError);
    return undefined;
  }
}

const [listening = Buffer.alloc(0)] = readDump('unix-listen');
const [established = Buffer.alloc(0)] = readDump('unix-established');
const PATH = '/tmp/musubi-record.sock';
const ABSTRACT = '\0musubi\0\xff';

it.each([
  ['listen', '00040000'],
  ['established', '02000000'],
] as const)('encodes a request for the state %s in the kernel’s format', (state, states) => {
  const header = '28000000' + '1400' + '0103' + '00000000' + '00000000';
  const request = `01000000${states}000000000f000000${'00'.repeat(8)}`;
  expect(encodeUnixDumpRequest(TcpState[state]).toString('hex')).toBe(header + request);
});

describe('a recorded dump', () => {
  const listeners = decode(listening).sockets;
  const ends = decode(established).sockets;
  const [onPath, onAbstract] = listeners;
  const named = (name: string) => ends.find((socket) => socket.name === name);
  const withInode = (inode = 0) => ends.find((socket) => socket.inode === inode);

  it('ends, and contains stream and seqpacket sockets', () => {
    for (const name of ['unix-listen', 'unix-established'] as const)
      expect(readDump(name).map((part) => decode(part).progress.state)).toEqual(['more', 'done']);
    expect(listeners.map(({ name, state }) => [name, state])).toEqual([
      [PATH, TcpState.listen],
      [ABSTRACT, TcpState.listen],
    ]);
    expect(ends).toHaveLength(7);
    for (const { state } of ends) expect(state).toBe(TcpState.established);
  });

  it('contains accepted sockets with their listener’s name, and the peers of both sockets', () => {
    for (const name of [PATH, ABSTRACT]) {
      const served = named(name);
      expect(withInode(served?.peer)?.peer).toBe(served?.inode);
    }
    expect(withInode(named(PATH)?.peer)?.name).toBe('');
    expect(withInode(named(ABSTRACT)?.peer)?.name).toBe('\0client');
  });

  it('contains the accept queue of each listener', () => {
    const waiting = ends.filter((socket) => socket.peer === 0);
    expect(onPath?.waiting).toEqual(waiting.map(({ inode }) => inode));
    expect(waiting).toHaveLength(1);
    expect(onAbstract?.waiting).toEqual([]);
  });

  it('contains files of paths only, the same for a listener and its accepted sockets', () => {
    expect(onPath?.file).toMatch(/^\d+:\d+$/);
    expect(named(PATH)?.file).toBe(onPath?.file);
    expect(onAbstract?.file).toBe('');
  });

  it('contains a unique cookie for each socket', () => {
    const cookies = [...listeners, ...ends].map(({ cookie }) => cookie);
    expect(new Set(cookies).size).toBe(9);
    expect(Math.min(...cookies)).toBeGreaterThan(0);
  });
});

it('ignores datagram sockets', () => {
  const datagram = Buffer.from(listening);
  datagram[17] = 2;
  expect(decode(datagram).sockets.map(({ name }) => name)).toEqual([ABSTRACT]);
});

it('ignores clients that closed in the accept queue', () => {
  const closed = Buffer.from(listening);
  closed.writeUInt32LE(0, closed.indexOf(Buffer.from('08000300', 'hex')) + 4);
  expect(decode(closed).sockets[0]?.waiting).toEqual([]);
});

/** A socket with these attributes in the kernel's format. */
function message(attributes: readonly (readonly [number, Uint8Array])[]): Buffer {
  const parts = attributes.map(([type, value]) => {
    const header = Buffer.alloc(4);
    header.writeUInt16LE(4 + value.length, 0);
    header.writeUInt16LE(type, 2);
    return Buffer.concat([header, value, Buffer.alloc(-value.length & 3)]);
  });
  const whole = Buffer.concat([Buffer.from(listening.subarray(0, 32)), ...parts]);
  whole.writeUInt32LE(whole.length, 0);
  return whole;
}

describe('a name', () => {
  it('can contain any bytes, and loses a zero byte at the end of a path only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 107 }), (bytes) => {
        const path = bytes.map((byte) => byte || 1);
        const [abstract] = decode(message([[0, Buffer.concat([Buffer.of(0), bytes])]])).sockets;
        const [onDisk] = decode(message([[0, Buffer.concat([path, Buffer.of(0)])]])).sockets;
        expect(Buffer.from(abstract?.name ?? '', 'latin1')).toEqual(Buffer.concat([Buffer.of(0), bytes]));
        expect(Buffer.from(onDisk?.name ?? '', 'latin1')).toEqual(Buffer.from(path));
      }),
    );
  });

  it.each([
    ['a path', '/run/ä.sock', '/run/ä.sock'],
    ['not UTF-8', Buffer.of(0x2f, 0xff), '/\\xff'],
    ['abstract, with a zero byte within', '\0x\0y\0', '@x@y@'],
    ['of minimal length', '\0', '@'],
  ])('is formatted as text: %s', (_title, bytes, text) => {
    expect(formatUnixName(Buffer.from(bytes as string).toString('latin1'))).toBe(text);
  });
});

describe('malformed bytes', () => {
  it('are rejected, or decoded up to the cut, for a datagram truncated at any byte', () => {
    const whole = decode(established).sockets;
    for (let length = 0; length < established.length; length++) {
      const sockets = tryDecode(established.subarray(0, length)) ?? [];
      expect(sockets).toEqual(whole.slice(0, sockets.length));
    }
  });

  it.each([
    ['shorter than an entry', Buffer.alloc(15)],
    [
      'with an attribute longer than its message',
      Buffer.concat([Buffer.alloc(16, 1), Buffer.of(9, 0, 0, 0)]),
    ],
    ['with an attribute of length zero', Buffer.concat([Buffer.alloc(16, 1), Buffer.alloc(4)])],
  ])('are rejected: %s', (_title, payload) => {
    const bytes = Buffer.concat([listening.subarray(0, 16), payload]);
    bytes.writeUInt32LE(bytes.length, 0);
    expect(() => decode(bytes)).toThrow(MalformedMessageError);
  });

  it('are rejected with a typed error or decoded when bytes are changed', () => {
    const change = fc.tuple(fc.nat(established.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = Buffer.from(established);
        for (const [at, value] of changes) changed[at] = value;
        tryDecode(changed);
      }),
      { numRuns: 2000 },
    );
  });

  it('are decoded when attributes are shorter or longer than the kernel’s', () => {
    const attribute = fc.tuple(fc.nat(8), fc.uint8Array({ maxLength: 20 }));
    fc.assert(
      fc.property(fc.array(attribute, { maxLength: 6 }), (attributes) => {
        expect(decode(message(attributes)).sockets).toHaveLength(1);
      }),
    );
  });
});
