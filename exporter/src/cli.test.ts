import { describe, expect, it } from 'vitest';
import { createIo } from '../../test/fixtures/io.ts';
import { main } from './cli.ts';
import { VERSION } from './version.ts';

async function run(...argv: string[]) {
  const io = createIo();
  const code = await main(argv, io);
  return { code, out: io.out(), err: io.err() };
}

it.each(['--help', '-h', 'help'])('%s tells the commands', async (flag) => {
  const { code, out, err } = await run(flag);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const command of ['agent', 'snapshot', 'doctor', 'rules'])
    expect(out).toMatch(new RegExp(`^  ${command} +[A-Z]`, 'm'));
});

it('--version tells the version', async () => {
  expect(await run('--version')).toEqual({ code: 0, out: `musubi ${VERSION}\n`, err: '' });
});

describe('wrong usage ends with code 2 and tells where to look', () => {
  it.each([
    [[], 'no command given; one of agent, snapshot, doctor, rules is needed\nTry: musubi --help\n'],
    [
      ['look'],
      'unknown command "look"; one of agent, snapshot, doctor, rules is needed\nTry: musubi --help\n',
    ],
    [
      ['toString'],
      'unknown command "toString"; one of agent, snapshot, doctor, rules is needed\nTry: musubi --help\n',
    ],
    [
      ['__proto__'],
      'unknown command "__proto__"; one of agent, snapshot, doctor, rules is needed\nTry: musubi --help\n',
    ],
    [['agent', '--speed'], "Unknown option '--speed'\nTry: musubi agent --help\n"],
    [
      ['snapshot', '--duration', 'x'],
      '--duration: "x" is no duration such as 5s or 1m30s\nTry: musubi snapshot --help\n',
    ],
    [['rules'], 'what about the rules? There is: musubi rules test\nTry: musubi rules --help\n'],
    [['rules', 'look'], 'what about the rules? There is: musubi rules test\nTry: musubi rules --help\n'],
    [['rules', 'test', '--config'], "Option '--config <value>' argument missing\nTry: musubi rules --help\n"],
    [
      ['rules', 'test', '--config=/nowhere'],
      'cannot read the configuration file /nowhere: ENOENT: no such file or directory\nTry: musubi rules --help\n',
    ],
    [['doctor', 'now'], "Unexpected argument 'now'\nTry: musubi doctor --help\n"],
  ])('%j', async (argv, message) => {
    // What follows Node's own sentence may differ from version to version.
    const { code, out, err } = await run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe(`musubi: ${message}`);
  });
});

describe.each(['agent', 'snapshot', 'doctor'])('%s', (command) => {
  it('tells its options', async () => {
    const { code, out, err } = await run(command, '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`^Usage: musubi ${command} \\[OPTIONS\\]\n`));
    expect(out).toContain('--proc-root DIR');
  });

  it('ends with code 1 when it cannot read any socket', async () => {
    const { code, out, err } = await run(command, '--capture', 'procfs', '--proc-root', '/nowhere');
    expect(code).toBe(1);
    expect(out + err).toContain('/nowhere');
  });
});
