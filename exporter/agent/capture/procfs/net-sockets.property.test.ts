import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Socket } from '../polling/socket.ts';
import { MalformedSocketLineError, parseNetSockets } from './net-sockets.ts';
import { parseUnixListeners } from './unix-sockets.ts';

/** A recorded file with some characters changed, and some lines removed or truncated. */
function spoiled(file: string) {
  const text = readFileSync(`test/fixtures/proc/42/net/${file}`, 'latin1');
  const change = fc.tuple(
    fc.nat(text.length - 1),
    fc.nat(255).map((code) => String.fromCharCode(code)),
  );
  return fc
    .tuple(fc.array(change, { maxLength: 4 }), fc.nat(text.length), fc.nat(120))
    .map(([changes, from, length]) => {
      const characters = [...text];
      for (const [at, character] of changes) characters[at] = character;
      characters.splice(from, length);
      return characters.join('');
    });
}

function attempt<T>(parse: () => T[]): T[] {
  try {
    return parse();
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedSocketLineError);
    return [];
  }
}

it.each([
  ['tcp', 'tcp'],
  ['tcp6', 'tcp'],
  ['udp', 'udp'],
  ['udp6', 'udp'],
] as const)('makes of a spoiled %s whole sockets, or refuses it with a typed error', (file, transport) => {
  fc.assert(
    fc.property(spoiled(file), (text) => {
      const sockets: Socket[] = attempt(() => parseNetSockets(text, transport));
      expect(sockets.length).toBeLessThan(text.split('\n').length);
      for (const { localAddress, remoteAddress, localPort, remotePort, inode } of sockets) {
        expect(isIP(localAddress) && isIP(remoteAddress)).not.toBe(0);
        for (const port of [localPort, remotePort]) expect(port >= 0 && port <= 65535).toBe(true);
        expect(Number.isInteger(inode)).toBe(true);
      }
    }),
  );
});

it('parses Unix listeners from any text, or throws a typed error', () => {
  const line = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((any) => Buffer.from(any).toString('latin1')),
    fc
      .tuple(fc.nat(0xffffffff), fc.nat(0xffff), fc.nat(), fc.string({ maxLength: 20 }))
      .map(
        ([flags, type, inode, name]) =>
          `0000000000000000: 00000002 00000000 ${hex(flags, 8)} ${hex(type, 4)} 01 ${inode} ${name}`,
      ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      const sockets = attempt(() => parseUnixListeners(['header', ...lines, ''].join('\n')));
      for (const { inode } of sockets) expect(Number.isInteger(inode)).toBe(true);
    }),
  );
});

function hex(value: number, width: number): string {
  return value.toString(16).toUpperCase().padStart(width, '0');
}
