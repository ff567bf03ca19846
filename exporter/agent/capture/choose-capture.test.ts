import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ProcTree } from '../../../test/fixtures/proc-tree.ts';
import { createRecordedHost } from '../../../test/fixtures/recorded-host.ts';
import { chooseCapture, tryCaptures } from './choose-capture.ts';

let proc: ProcTree;
const options = () => ({ procRoot: proc.root, netns: 'self' }) as const;

beforeEach(() => {
  // Its namespaces are dangling links or missing, so that sock_diag cannot open them; its pids are not this host's.
  proc = createRecordedHost();
});

afterEach(() => proc[Symbol.dispose]());

it('chooses the best capture that works, and reports why better ones are unavailable', async () => {
  const { capture, unavailable } = await chooseCapture('auto', options());
  expect(capture.name).toBe('procfs');
  expect(unavailable).toMatchObject([
    { name: 'ebpf', missing: expect.stringContaining('it runs in a pid namespace') },
    { name: 'sockdiag', missing: expect.stringContaining('ENOENT') },
  ]);
  expect((await capture.read()).sockets).toBeGreaterThan(10);
});

it('chooses the requested capture and tries no other', async () => {
  const { capture, unavailable } = await chooseCapture('procfs', options());
  expect({ name: capture.name, unavailable }).toEqual({ name: 'procfs', unavailable: [] });
  await expect(chooseCapture('sockdiag', options())).rejects.toThrow(/^no capture works: sockdiag: ENOENT/);
  await expect(chooseCapture('ebpf', options())).rejects.toThrow(/^no capture works: ebpf: .*pid namespace/);
});

it('rejects with all reasons when no capture works', async () => {
  proc[Symbol.dispose]();
  await expect(chooseCapture('auto', options())).rejects.toMatchObject({
    code: 'ERR_NO_CAPTURE',
    message: expect.stringMatching(/^no capture works: ebpf: .*; sockdiag: ENOENT.*; procfs: ENOENT/),
  });
});

it('tries every candidate and reports which ones work', async () => {
  const trials = await tryCaptures(options());
  expect(trials.map(({ name, missing }) => [name, missing === undefined])).toEqual([
    ['ebpf', false],
    ['sockdiag', false],
    ['procfs', true],
  ]);
});
