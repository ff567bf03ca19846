import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcTree, type ProcTree } from '../../../test/fixtures/proc-tree.ts';
import type { ProcessFiles } from '../proc/process.ts';
import { createIdentifier, type Identifier } from './identify.ts';

let proc: ProcTree;
let identifier: Identifier;

beforeEach(() => {
  proc = createProcTree({ 20: { comm: 'python3\n', cmdline: 'python3\0/srv/billing.py\0' } });
  identifier = createIdentifier(proc.root);
  identifier.beginPass();
});

afterEach(() => proc[Symbol.dispose]());

const billing = { service: 'billing', process: 'python3', pid: 20, kind: 'process' };

it('names a process', () => {
  expect(identifier.identify(20)).toEqual(billing);
  expect(identifier.identify(21)).toBeUndefined();
});

it('reads a process once in a pass, and anew in the next', () => {
  identifier.identify(20);
  proc.start(20, { comm: 'nginx\n', cmdline: 'nginx\0' });
  expect(identifier.identify(20)).toEqual(billing);
  identifier.beginPass();
  expect(identifier.identify(20)).toEqual({ service: 'nginx', process: 'nginx', pid: 20, kind: 'process' });
});

it('remembers a process that has ended for as long as every pass asks for it', () => {
  identifier.identify(20);
  proc.exit(20);
  for (let pass = 0; pass < 3; pass++) {
    identifier.beginPass();
    expect(identifier.identify(20)).toEqual(billing);
  }
  identifier.beginPass();
  identifier.beginPass();
  expect(identifier.identify(20)).toBeUndefined();
});

describe('one of many workers', () => {
  const postgres = { comm: 'postgres\n', exe: '/usr/lib/postgresql/bin/postgres' };

  it('goes by the pid of the first of its name', () => {
    proc.start(1, { comm: 'systemd\n', cmdline: 'init\0' });
    proc.start(30, { ...postgres, cmdline: 'postgres\0-D\0/data\0', parent: 1 });
    proc.start(31, { ...postgres, cmdline: 'postgres: app shop 10.0.0.9(51000) idle\0', parent: 30 });
    proc.start(32, { ...postgres, cmdline: 'postgres: parallel worker\0', parent: 31 });
    for (const pid of [32, 31, 30])
      expect(identifier.identify(pid)).toEqual({
        service: 'postgres',
        process: 'postgres',
        pid: 30,
        kind: 'process',
      });
  });

  it('still does after its end', () => {
    proc.start(30, { ...postgres, cmdline: 'postgres\0' });
    proc.start(31, { ...postgres, cmdline: 'postgres\0', parent: 30 });
    identifier.identify(31);
    proc.exit(31);
    identifier.beginPass();
    expect(identifier.identify(31)?.pid).toBe(30);
  });

  it('is not what another service has started, nor another script of the same interpreter', () => {
    proc.start(30, { comm: 'bash\n', cmdline: 'bash\0', parent: 1 });
    proc.start(31, { comm: 'psql\n', cmdline: 'psql\0', parent: 30 });
    proc.start(32, { comm: 'python3\n', cmdline: 'python3\0/srv/mail.py\0', parent: 20 });
    expect(identifier.identify(31)?.pid).toBe(31);
    expect(identifier.identify(32)).toEqual({
      service: 'mail',
      process: 'python3',
      pid: 32,
      kind: 'process',
    });
  });

  it('is named even where pids taken anew meanwhile make a circle', () => {
    proc.start(30, { ...postgres, cmdline: 'postgres\0', parent: 31 });
    proc.start(31, { ...postgres, cmdline: 'postgres\0', parent: 30 });
    expect(identifier.identify(30)?.service).toBe('postgres');
  });
});

describe('a process of which only the capture knows', () => {
  const parseArgs = (command: string) => command.split(' ').map((arg) => Buffer.from(arg));
  const fetcher = { comm: Buffer.from('python3'), args: parseArgs('python3 /srv/fetch.py'), parent: 30 };
  const keep = (processes: Record<number, ProcessFiles>) => ({
    processOf: (pid: number) => processes[pid],
  });

  it('is named as if it were still there', () => {
    proc.start(40, { comm: 'python3\n', cmdline: 'python3\0/srv/fetch.py\0' });
    const running = identifier.identify(40);
    proc.exit(40);
    const late = createIdentifier(proc.root);
    late.beginPass(keep({ 40: fetcher }));
    expect(late.identify(40)).toEqual(running);
    expect(late.identify(41)).toBeUndefined();
  });

  it('goes by the pid of its leader, whether that has ended too or not', () => {
    proc.start(30, { comm: 'python3\n', cmdline: 'python3\0/srv/fetch.py\0' });
    identifier.beginPass(keep({ 40: fetcher }));
    expect(identifier.identify(40)?.pid).toBe(30);
    proc.exit(30);
    const late = createIdentifier(proc.root);
    late.beginPass(keep({ 40: fetcher, 30: { ...fetcher, parent: 1 } }));
    expect(late.identify(40)?.pid).toBe(30);
  });

  it('keeps its name though it waits for its parent to notice its end', () => {
    proc.start(40, { comm: 'python3\n', cmdline: '', parent: 1 });
    identifier.beginPass(keep({ 40: fetcher }));
    expect(identifier.identify(40)).toEqual({
      service: 'fetch',
      process: 'python3',
      pid: 40,
      kind: 'process',
    });
  });

  it('does not take the name of one that runs now', () => {
    identifier.beginPass(keep({ 20: fetcher }));
    expect(identifier.identify(20)).toEqual(billing);
  });
});

it('keeps the name of a process that has ended and waits for its parent to notice', () => {
  identifier.identify(20);
  proc.start(20, { comm: 'python3\n', cmdline: '' });
  identifier.beginPass();
  expect(identifier.identify(20)).toEqual(billing);
});

it('cuts a name without end, between characters', () => {
  proc.start(20, { comm: 'python3\n', cmdline: `python3\0/srv/${'😀'.repeat(2000)}.py\0` });
  const service = identifier.identify(20)?.service ?? '';
  expect(service).toBe(`${'😀'.repeat(127)}…`);
  identifier.beginPass();
  proc.start(20, { comm: 'python3\n', cmdline: `python3\0/srv/${'😀'.repeat(128)}.py\0` });
  expect(identifier.identify(20)?.service).toBe('😀'.repeat(128));
});
