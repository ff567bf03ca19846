import { VERSION } from '@musubi/agent/version';
import { describe, expect, it } from 'vitest';
import { createIo } from '../../test/fixtures/io.ts';
import { createTempFile } from '../../test/fixtures/temp-file.ts';
import { main } from './main.ts';

async function run(...argv: string[]) {
  const io = createIo();
  const code = await main(argv, io);
  return { code, out: io.out(), err: io.err() };
}

it.each(['--help', '-h', 'help'])('%s lists the commands', async (flag) => {
  const { code, out, err } = await run(flag);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const command of ['agent', 'snapshot', 'doctor', 'look', 'diff', 'rules'])
    expect(out).toMatch(new RegExp(`^  ${command} +[A-Z]`, 'm'));
});

it('help COMMAND prints the same as COMMAND --help', async () => {
  expect(await run('help', 'expect', 'check')).toEqual(await run('expect', 'check', '--help'));
  expect(await run('help', 'stare')).toEqual(await run('stare'));
});

it('names a file that cannot be written', async () => {
  using file = createTempFile('version: 1\nexpect: []\n');
  const { code, err } = await run('expect', 'render', file.path, '--output', '/nowhere/rules.yaml');
  expect(code).toBe(2);
  expect(err).toMatch(
    /^musubi: --output: cannot write \/nowhere\/rules\.yaml: ENOENT: no such file or directory\n/,
  );
});

it('--version prints the version', async () => {
  expect(await run('--version')).toEqual({ code: 0, out: `musubi ${VERSION}\n`, err: '' });
});

describe('invalid usage exits with code 2 and names the help', () => {
  it.each([
    [
      [],
      'missing command (available: agent, snapshot, doctor, look, diff, expect, rules)\nTry: musubi --help\n',
    ],
    [
      ['stare'],
      'unknown command "stare" (available: agent, snapshot, doctor, look, diff, expect, rules)\nTry: musubi --help\n',
    ],
    [
      ['toString'],
      'unknown command "toString" (available: agent, snapshot, doctor, look, diff, expect, rules)\nTry: musubi --help\n',
    ],
    [
      ['__proto__'],
      'unknown command "__proto__" (available: agent, snapshot, doctor, look, diff, expect, rules)\nTry: musubi --help\n',
    ],
    [['agent', '--speed'], "Unknown option '--speed'\nTry: musubi agent --help\n"],
    [
      ['snapshot', '--duration', 'x'],
      'invalid value for --duration: "x" (expected a duration such as 5s or 1m30s)\nTry: musubi snapshot --help\n',
    ],
    [['look'], 'missing argument SERVICE|HOST|IP[:PORT]\nTry: musubi look --help\n'],
    [['look', 'a', 'b'], "Unexpected argument 'b'\nTry: musubi look --help\n"],
    [
      ['look', '10.0.0.1:0'],
      'invalid value for SERVICE|HOST|IP[:PORT]: "10.0.0.1:0" (expected a port from 1 to 65535)\nTry: musubi look --help\n',
    ],
    [
      ['look', 'a', '--dot', '--json'],
      '--json, --dot and --mermaid are mutually exclusive\nTry: musubi look --help\n',
    ],
    [
      ['look', 'a', '--direction', 'in'],
      'invalid value for --direction: "in" (expected one of up, down, both)\nTry: musubi look --help\n',
    ],
    [
      ['look', 'a', '--depth', '0'],
      'invalid value for --depth: "0" (expected a positive integer)\nTry: musubi look --help\n',
    ],
    [
      ['look', 'a', '--from', '2026-01-02 03:04Z', '--to=2026-01-01T00:00:00Z'],
      'invalid range: --to (2026-01-01T00:00:00.000Z) is before --from (2026-01-02T03:04:00.000Z)\nTry: musubi look --help\n',
    ],
    [
      ['diff', '--factor', '1'],
      'invalid value for --factor: "1" (expected a number above 1)\nTry: musubi diff --help\n',
    ],
    [
      ['diff', '--against', 'a/b/c'],
      'invalid value for --against: "a/b/c" (expected a range FROM/TO)\nTry: musubi diff --help\n',
    ],
    [['diff', '--against', '1h/2h'], /^musubi: invalid range: --to .* is before --from/],
    [['rules'], 'missing subcommand (available: test)\nTry: musubi rules --help\n'],
    [['rules', 'look'], 'unknown subcommand "look" (available: test)\nTry: musubi rules --help\n'],
    [
      ['rules', 'test', '--config'],
      "Option '--config <value>' argument missing\nTry: musubi rules test --help\n",
    ],
    [
      ['rules', 'test', '--config=/nowhere'],
      'cannot read the configuration file /nowhere: ENOENT: no such file or directory\nTry: musubi rules test --help\n',
    ],
    [['expect'], 'missing subcommand (available: learn, render, check)\nTry: musubi expect --help\n'],
    [['expect', 'learn', 'now'], "Unexpected argument 'now'\nTry: musubi expect learn --help\n"],
    [
      ['expect', 'check', '/nowhere'],
      'cannot read /nowhere: ENOENT: no such file or directory\nTry: musubi expect check --help\n',
    ],
    [
      ['rules', 'test', '--proc-root', '/nowhere'],
      'invalid value for --proc-root: "/nowhere" (expected an existing directory)\nTry: musubi rules test --help\n',
    ],
    [['doctor', 'now'], "Unexpected argument 'now'\nTry: musubi doctor --help\n"],
  ])('%j', async (argv, message) => {
    // The text after Node's own sentence differs between versions.
    const { code, out, err } = await run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    if (typeof message === 'string') expect(err).toBe(`musubi: ${message}`);
    else expect(err).toMatch(message);
  });
});

it.each(['look', 'diff'])('%s --help lists its options', async (command) => {
  const { code, out, err } = await run(command, '--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(new RegExp(`^Usage: musubi ${command} `));
  for (const text of ['--from TIME', '--prometheus-url URL', '--prometheus-tenant NAME', 'PROMETHEUS_URL'])
    expect(out).toContain(text);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(115);
});

it.each([['look', 'api'], ['diff']])(
  '%s exits with code 1 and names the Prometheus it cannot reach',
  async (...argv) => {
    const { code, out, err } = await run(
      ...argv,
      '--prometheus-url',
      'http://me:hush@127.0.0.1:1/prometheus/',
    );
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(
      /^musubi: Prometheus at http:\/\/127\.0\.0\.1:1\/prometheus: connection refused;[^\n]*\n$/,
    );
  },
);

describe.each(['agent', 'snapshot', 'doctor'])('%s', (command) => {
  it('--help lists its options', async () => {
    const { code, out, err } = await run(command, '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`^Usage: musubi ${command} \\[OPTIONS\\]\n`));
    expect(out).toContain('--proc-root DIR');
  });

  it('exits with code 1 if it cannot read any socket', async () => {
    const { code, out, err } = await run(command, '--capture', 'procfs', '--proc-root', import.meta.dirname);
    expect(code).toBe(1);
    expect(out + err).toContain('no network namespace found');
  });
});
