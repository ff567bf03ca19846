/** Malformed files of `/proc`: parsers never throw, and never return impossible values. */
import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createProcTree } from '../../../test/fixtures/proc-tree.ts';
import { parseCgroup2Mounts } from '../capture/ebpf/cgroup-root.ts';
import { parseEffectiveCapabilities } from './capabilities.ts';
import { parseNetworkNamespace } from './namespaces.ts';
import { parseFibTrie, parseIfInet6 } from './net-addresses.ts';
import { parsePortRange } from './port-range.ts';
import { parseArgs, parseStat, readProcess, stripNewline } from './process.ts';
import { parseSocketLink } from './socket-owners.ts';
import { parsePasswd, parseUid } from './users.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

/** Text made of the words of such files and of random bytes. */
function textOf(...words: string[]) {
  const word = fc.oneof(
    fc.constantFrom(...words, ' ', '\n', '\t'),
    bytes(8).map((any) => any.toString('latin1')),
  );
  return fc.array(word, { maxLength: 30 }).map((parts) => parts.join(''));
}

it('reads addresses from any /proc/net/fib_trie', () => {
  fc.assert(
    fc.property(textOf('  |-- ', '10.0.0.1', '/32 host LOCAL', '|-- 127.0.0.1'), (text) => {
      expect(parseFibTrie(text).every((address) => text.includes(address))).toBe(true);
    }),
  );
});

it('reads addresses from any /proc/net/if_inet6', () => {
  const hexadecimal = fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((array) => Buffer.from(array).toString('hex'));
  const line = fc.oneof(
    fc
      .tuple(hexadecimal, fc.constantFrom('00', '20', ''))
      .map(([hex, scope]) => `${hex} 02 40 ${scope} 80 eth0`),
    textOf('fe80', '0000', ' 02 40 00 80 eth0'),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      for (const address of parseIfInet6(lines.join('\n'))) expect(isIP(address)).not.toBe(0);
    }),
  );
});

it('reads only valid numbers from any text', () => {
  const text = textOf(
    'net:[',
    'socket:[',
    '4026531840',
    ']',
    '32768',
    '60999',
    '1 (a b) S ',
    ')',
    '-1',
    '1e999',
    '0x10',
  );
  fc.assert(
    fc.property(text, (any) => {
      const { parent, started } = parseStat(any);
      for (const number of [parseNetworkNamespace(any), parseSocketLink(any), parent, started]) {
        expect(number === undefined || (Number.isFinite(number) && number >= 0)).toBe(true);
      }
      const range = parsePortRange(any);
      expect(range === undefined || (Number.isFinite(range.first) && Number.isFinite(range.last))).toBe(true);
    }),
  );
});

it('reads a user and capabilities from any /proc/PID/status, and names from any passwd file', () => {
  const text = textOf('Uid:\t', '1000', 'CapEff:\t', '000001ffffffffff', 'root:x:', ':', '0', '-1', '1e9');
  fc.assert(
    fc.property(text, (any) => {
      for (const uid of [parseUid(any) ?? 0, ...parsePasswd(any).keys()])
        expect(Number.isFinite(uid) && uid >= 0).toBe(true);
      expect(parseEffectiveCapabilities(any)).toBeGreaterThanOrEqual(0n);
    }),
  );
});

it('finds mounts in any /proc/self/mountinfo only on lines with cgroup2', () => {
  const text = textOf('30 23 0:26 / ', '/sys/fs/cgroup', '\\040', ' rw - ', ' - cgroup2 ', 'cgroup2 rw');
  fc.assert(
    fc.property(text, (any) => {
      const lines = any.split('\n').filter((line) => line.includes('cgroup2'));
      expect(parseCgroup2Mounts(any).length).toBeLessThanOrEqual(lines.length);
    }),
  );
});

it('splits any bytes into arguments without zero bytes', () => {
  fc.assert(
    fc.property(bytes(200), (line) => {
      const args = parseArgs(line);
      for (const arg of args) expect(arg.includes(0)).toBe(false);
      expect(args.length).toBeLessThanOrEqual(128);
      expect(stripNewline(line).length).toBeGreaterThanOrEqual(line.length - 1);
    }),
  );
});

it('reads a process with any bytes', () => {
  fc.assert(
    fc.property(bytes(20), bytes(200), (comm, cmdline) => {
      using tree = createProcTree({ 42: { comm, cmdline, exe: '/bin/x', parent: 1 } });
      expect(readProcess(tree.root, 42)).toMatchObject({
        comm: stripNewline(comm),
        args: parseArgs(cmdline),
        parent: 1,
      });
    }),
    { numRuns: 50 },
  );
});
