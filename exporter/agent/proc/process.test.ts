import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProcTree, type ProcEntry } from '../../../test/fixtures/proc-tree.ts';
import { parseArgs, parseStat, readProcess, readStat } from './process.ts';

const bytes = (...values: number[]) => Buffer.from(values);

describe('a process', () => {
  it('has a name, an executable and arguments', () => {
    using proc = createProcTree({
      20: { comm: 'python3\n', cmdline: 'python3\0-u\0/srv/app.py\0', exe: '/usr/bin/python3.11', parent: 7 },
    });
    expect(readProcess(proc.root, 20)).toEqual({
      comm: Buffer.from('python3'),
      executable: Buffer.from('/usr/bin/python3.11'),
      args: ['python3', '-u', '/srv/app.py'].map((text) => Buffer.from(text)),
      parent: 7,
    });
  });

  it('can be a kernel thread without executable and arguments', () => {
    using proc = createProcTree({ 2: { comm: 'kthreadd\n', cmdline: '' } });
    expect(readProcess(proc.root, 2)).toEqual({ comm: Buffer.from('kthreadd'), args: [] });
  });

  it('can have any bytes as its name, including newlines', () => {
    using proc = createProcTree({
      20: { comm: Buffer.concat([bytes(0x0a, 0xff, 0x22, 0x0a), bytes(0x0a)]), cmdline: bytes(0xfe, 0) },
    });
    expect(readProcess(proc.root, 20)).toEqual({
      comm: bytes(0x0a, 0xff, 0x22, 0x0a),
      args: [bytes(0xfe)],
    });
  });

  it('is undefined after it has ended, even partly', () => {
    using proc = createProcTree({ 20: { comm: 'app\n' } });
    expect(readProcess(proc.root, 20)).toBeUndefined();
    expect(readProcess(proc.root, 21)).toBeUndefined();
  });
});

it('is read with the start of a long command line, without the truncated argument', () => {
  const [program, script, rest] = ['python3', 'a'.repeat(16_000), 'b'.repeat(2 ** 21)];
  using proc = createProcTree({ 20: { comm: 'python3\n', cmdline: `${program}\0${script}\0${rest}\0` } });
  expect(readProcess(proc.root, 20)?.args.map(String)).toEqual([program, script]);
});

it.each([
  ['20 (app) S 7 20 20 0', 7],
  ['20 (a) S 9 (b)) R 7 20', 7],
  ['1 (init) S 0 1 1', undefined],
  ['', undefined],
  ['20 (app) S', undefined],
])('the parent in "%s" is %s', (stat, parent) => expect(parseStat(stat).parent).toBe(parent));

it('reads the start of a process in seconds since boot', () => {
  const stat = '20 (a) b) S 7 20 20 0 -1 4194560 195 0 0 0 0 0 0 0 20 0 1 0 6253911 9 9';
  expect(parseStat(stat)).toMatchObject({ parent: 7, started: 62539.11, isZombie: false });
  expect(parseStat('20 (app) S 7 20')).toEqual({ parent: 7, isZombie: false });
  expect(parseStat('20 (app) Z 7 20').isZombie).toBe(true);
});

describe('the image of a process', () => {
  const entry = { comm: 'app\n', cmdline: 'app\0', started: 500, argStart: 70_000 };
  const imageOf = (more: ProcEntry) => {
    using proc = createProcTree({ 20: { ...entry, ...more } });
    return readStat(proc.root, 20)?.image;
  };

  it('does not change with its state and parent', () => {
    expect(imageOf({ parent: 1, state: 'R' })).toBe(imageOf({}));
  });

  it.each([{ started: 501 }, { comm: 'ap\n' }, { argStart: 70_001 }])('differs with %j', (more) => {
    expect(imageOf(more)).not.toBe(imageOf({}));
  });

  it('is undefined without a start time', () => {
    expect(parseStat('20 (app) S 7 20').image).toBeUndefined();
  });
});

describe('arguments', () => {
  it('can be empty, and the last can lack its zero byte', () => {
    expect(parseArgs(Buffer.from('a\0\0b')).map(String)).toEqual(['a', '', 'b']);
    expect(parseArgs(Buffer.from(''))).toEqual([]);
    expect(parseArgs(Buffer.from('\0')).map(String)).toEqual(['']);
  });

  it('are limited in number', () => {
    expect(parseArgs(Buffer.from('a\0'.repeat(100_000)))).toHaveLength(128);
  });

  it('are read back unchanged, up to a limit', () => {
    const arg = fc
      .uint8Array({ maxLength: 20 })
      .map((values) => Buffer.from(values.filter((byte) => byte !== 0)));
    fc.assert(
      fc.property(fc.array(arg, { maxLength: 200 }), (args) => {
        const file = Buffer.concat(args.flatMap((arg) => [arg, bytes(0)]));
        const read = parseArgs(file);
        expect(read.length).toBe(Math.min(128, args.length));
        for (const [at, arg] of read.entries()) expect(arg.equals(args[at] ?? bytes(0))).toBe(true);
      }),
    );
  });
});
