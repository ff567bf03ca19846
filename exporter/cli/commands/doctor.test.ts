import { afterEach, beforeEach, expect, it } from 'vitest';
import { createIo } from '../../../test/fixtures/io.ts';
import type { ProcTree } from '../../../test/fixtures/proc-tree.ts';
import { createRecordedHost } from '../../../test/fixtures/recorded-host.ts';
import { doctor } from './doctor.ts';

let proc: ProcTree;
const argv = (...more: string[]) => ['--proc-root', proc.root, ...more];

beforeEach(() => {
  proc = createRecordedHost();
});

afterEach(() => proc[Symbol.dispose]());

it('reports what works, what is missing and why, and which capture would be used', async () => {
  const io = createIo();
  expect(await doctor.run(argv(), io)).toBe(0);
  expect(io.out()).toMatch(
    /^✗ capture ebpf +.*it runs in a pid namespace.*\n( +→ .*\n)* +→ share the host’s/m,
  );
  expect(io.out()).toMatch(/^✗ capture sockdiag +ENOENT/m);
  expect(io.out()).toMatch(/^! capture procfs +works; reports TCP and UDP.*no CAP_SYS_PTRACE/m);
  expect(io.out()).toMatch(/^✓ sockets +\d+ read: \d+ connected, \d+ listening$/m);
  expect(io.out()).toMatch(/^✓ processes +all can be inspected; 0 connections have no process$/m);
  expect(io.out()).toMatch(/\n\nMusubi would use: procfs\n$/);
});

it('prints the same as JSON', async () => {
  const io = createIo();
  expect(await doctor.run(argv('--json'), io)).toBe(0);
  const report = JSON.parse(io.out());
  expect(report.capture).toBe('procfs');
  expect(report.checks).toContainEqual(
    expect.objectContaining({ name: 'capture sockdiag', state: 'missing' }),
  );
});

it('exits with code 1 if the requested capture does not work', async () => {
  const io = createIo();
  expect(await doctor.run(argv('--capture', 'sockdiag'), io)).toBe(1);
  expect(io.out()).toMatch(/Musubi cannot work here: no capture is usable\.\n$/);
});
