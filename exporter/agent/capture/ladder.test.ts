import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ProcTree } from '../../../test/fixtures/proc-tree.ts';
import { createRecordedHost } from '../../../test/fixtures/recorded-host.ts';
import { chooseCapture, tryCaptures } from './ladder.ts';

let proc: ProcTree;
const options = () => ({ procRoot: proc.root, netns: 'self' }) as const;

beforeEach(() => {
  // Its namespaces are links to nowhere or missing: sock_diag cannot hold on to them, and its pids are nobody's.
  proc = createRecordedHost();
});

afterEach(() => proc[Symbol.dispose]());

it('takes the best that works, and tells why not a better one', async () => {
  const { capture, passedOver } = await chooseCapture('auto', options());
  expect(capture.name).toBe('procfs');
  expect(passedOver).toMatchObject([
    { name: 'ebpf', missing: expect.stringContaining('a pid namespace of its own') },
    { name: 'sockdiag', missing: expect.stringContaining('ENOENT') },
  ]);
  expect((await capture.read()).sockets).toBeGreaterThan(10);
});

it('takes the one asked for and tries no other', async () => {
  const { capture, passedOver } = await chooseCapture('procfs', options());
  expect({ name: capture.name, passedOver }).toEqual({ name: 'procfs', passedOver: [] });
  await expect(chooseCapture('sockdiag', options())).rejects.toThrow(/^no capture works: sockdiag: ENOENT/);
  await expect(chooseCapture('ebpf', options())).rejects.toThrow(/^no capture works: ebpf: .*pid namespace/);
});

it('rejects when none works, with every reason', async () => {
  proc[Symbol.dispose]();
  await expect(chooseCapture('auto', options())).rejects.toMatchObject({
    code: 'ERR_NO_CAPTURE',
    message: expect.stringMatching(/^no capture works: ebpf: .*; sockdiag: ENOENT.*; procfs: ENOENT/),
  });
});

it('tries every one for whoever wants to know', async () => {
  const trials = await tryCaptures(options());
  expect(trials.map(({ name, missing }) => [name, missing === undefined])).toEqual([
    ['ebpf', false],
    ['sockdiag', false],
    ['procfs', true],
  ]);
});
