import { afterEach, beforeEach, expect, it } from 'vitest';
import { createIo } from '../../../test/fixtures/io.ts';
import type { ProcTree } from '../../../test/fixtures/proc-tree.ts';
import { createRecordedHost } from '../../../test/fixtures/recorded-host.ts';
import { createTempFile } from '../../../test/fixtures/temp-file.ts';
import { rules } from './rules.ts';

let proc: ProcTree;

beforeEach(() => {
  proc = createRecordedHost();
});

afterEach(() => proc[Symbol.dispose]());

const NO_SOURCES = ['--container-engine', 'none', '--kubernetes', 'none'];

async function test(...argv: string[]) {
  const io = createIo();
  const code = await rules.run(['test', ...NO_SOURCES, ...argv], io);
  expect({ code, err: io.err() }).toEqual({ code: 0, err: '' });
  return io.out();
}

const RULES =
  'rules:\n  - match: { port: 1 }\n    service: no\n  - match: { executable: (sh)op }\n    service: $1\n';

it('shows which rule names which process', async () => {
  using file = createTempFile(RULES);
  const text = await test('--proc-root', proc.root, '--config', file.path);
  expect(text).toMatch(/^sh +rule 2 +shop +42 +[\d ]*\b7001\b/m);
  expect(text).toMatch(/\nRule 1 matches no running process\.\n$/);
});

it('shows the source of all other names', async () => {
  expect(await test('--proc-root', proc.root)).toMatch(/^shop +program +shop +42 /m);
});

it('shows processes without sockets only with --all', async () => {
  proc.start(50, { comm: 'idle\n', cmdline: 'idle\0', cgroup: '0::/system.slice/rest.service\n' });
  proc.start(51, { comm: 'kworker/0:1\n', cmdline: '' });
  expect(await test('--proc-root', proc.root)).not.toContain('idle');
  const all = await test('--proc-root', proc.root, '--all');
  expect(all).toMatch(/^rest +systemd unit +idle +50$/m);
  expect(all).not.toContain('kworker');
});

it('prints the same as JSON', async () => {
  using file = createTempFile(RULES);
  const rows = JSON.parse(await test('--proc-root', proc.root, `--config=${file.path}`, '--json'));
  expect(rows).toEqual([
    {
      service: 'sh',
      step: 'rule',
      rule: 2,
      kind: 'rule',
      process: 'shop',
      pid: 42,
      ports: expect.any(Array),
    },
  ]);
  expect(rows[0].ports).toContain(7001);
});

it('reads the file of the agent’s variable', async () => {
  using file = createTempFile(RULES);
  const io = createIo({ MUSUBI_CONFIG: file.path });
  await rules.run(['test', ...NO_SOURCES, '--proc-root', proc.root], io);
  expect(io.out()).toMatch(/^sh +rule 2 /m);
});

it('warns about processes it cannot inspect', async () => {
  proc.start(60, { comm: 'hidden\n', cmdline: 'hidden\0', netns: 9 });
  const io = createIo();
  expect(await rules.run(['test', ...NO_SOURCES, '--proc-root', proc.root], io)).toBe(0);
  expect(io.err()).toContain('some network namespaces cannot be read');
  expect(io.out()).toMatch(/^shop +program /m);
});

it('reports an invalid rule with its line', async () => {
  using file = createTempFile('interval: 5s\nrules:\n  - match: { unit: "(" }\n    service: x\n');
  const running = rules.run(['test', '--config', file.path], createIo());
  await expect(running).rejects.toThrow(`${file.path}:3: rule 1: match.unit: Invalid regular expression`);
});

it.each([[['--help']], [['test', '--help']], [['-h']]])('%j lists the options', async (argv) => {
  const io = createIo();
  expect(await rules.run(argv, io)).toBe(0);
  expect(io.out()).toMatch(/^Usage: musubi rules test \[OPTIONS\]\n/);
  expect(io.out()).toMatch(/^ +--config FILE /m);
});
