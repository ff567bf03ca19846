import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDump, UNIX_DUMPS } from '../../../../test/fixtures/netlink.ts';
import { formatUnixName } from '../../net/unix-name.ts';
import { isUnixListener, type UnixSocket } from '../polling/unix-socket.ts';
import { decodeUnixDump } from '../sockdiag/unix-message.ts';
import { MalformedSocketLineError } from './net-sockets.ts';
import { parseUnixListeners } from './unix-sockets.ts';

const recorded = readFileSync('test/fixtures/proc/42/net/unix', 'latin1');
const summary = (sockets: readonly UnixSocket[]) =>
  sockets.map(({ state, inode, name }) => `${state} ${inode} ${formatUnixName(name)}`).sort();

it('finds the listeners of a recorded file, and no other sockets', () => {
  const dumped: UnixSocket[] = [];
  for (const name of UNIX_DUMPS) for (const part of readDump(name)) decodeUnixDump(part, dumped);
  const listeners = parseUnixListeners(recorded);
  expect(listeners).toHaveLength(2);
  expect(summary(listeners)).toEqual(summary(dumped.filter(isUnixListener)));
});

const HEADER = 'Num       RefCount Protocol Flags    Type St Inode Path\n';
const row = (flags: string, type: string, name: string) =>
  `00000000d93f5c52: 00000002 00000000 ${flags} ${type} 01  4711${name}\n`;
const parse = (...rows: string[]) => parseUnixListeners(HEADER + rows.join(''));

describe('a line', () => {
  it.each([
    ['a stream listener', '00010000', '0001', true],
    ['a seqpacket listener', '00010000', '0005', true],
    ['a datagram socket', '00010000', '0002', false],
    ['a socket that does not listen', '00000000', '0001', false],
  ])('can be %s', (_title, flags, type, listens) => {
    const inodes = parse(row(flags, type, ' /run/app.sock')).map(({ inode }) => inode);
    expect(inodes).toEqual(listens ? [4711] : []);
  });

  it.each(['/run/with space.sock', '@abstract', '/run/\xff', ' ', '/a: 0'])('has the name %j', (name) => {
    expect(parse(row('00010000', '0001', ` ${name}`))).toMatchObject([{ name }]);
  });

  it('is parsed after a name that contains a newline', () => {
    const [first, second] = parse(row('00010000', '0001', ' /a\nb'), row('00010000', '0001', ' /c'));
    expect([first?.name, second?.name]).toEqual(['/a', '/c']);
  });

  it('is ignored if truncated', () => {
    const whole = parseUnixListeners(recorded);
    for (let length = HEADER.length; length < recorded.length; length++) {
      const sockets = parseUnixListeners(recorded.slice(0, length));
      expect(sockets).toEqual(whole.slice(0, sockets.length));
    }
  });
});

it('finds no listeners when there is only the header, or nothing', () => {
  expect(parseUnixListeners('')).toEqual([]);
  expect(parseUnixListeners(HEADER)).toEqual([]);
});

it('rejects garbage with a typed error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (bytes) => {
      const line = Buffer.from(bytes).toString('latin1');
      expect(() => parseUnixListeners(`header\n${line}\n`)).toThrow(MalformedSocketLineError);
    }),
  );
});
