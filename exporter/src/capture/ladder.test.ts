import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ProcTree } from '../../../test/fixtures/proc-tree.ts';
import { createRecordedHost } from '../../../test/fixtures/recorded-host.ts';
import { chooseCapture, tryCaptures } from './ladder.ts';

let proc: ProcTree;
const options = () => ({ procRoot: proc.root, netns: 'self' }) as const;

beforeEach(() => {
  // Its namespace is a link to nowhere, so that sock_diag cannot hold on to it.
  proc = createRecordedHost();
});

afterEach(() => proc[Symbol.dispose]());

it('takes the best that works, and tells why not a better one', async () => {
  const { capture, passedOver } = await chooseCapture('auto', options());
  expect(capture.name).toBe('procfs');
  expect(passedOver).toMatchObject([{ name: 'sockdiag', missing: expect.stringContaining('ENOENT') }]);
  expect((await capture.read()).sockets).toBe(17);
});

it('takes the one asked for and tries no other', async () => {
  const { capture, passedOver } = await chooseCapture('procfs', options());
  expect({ name: capture.name, passedOver }).toEqual({ name: 'procfs', passedOver: [] });
  await expect(chooseCapture('sockdiag', options())).rejects.toThrow(/^no capture works: sockdiag: ENOENT/);
});

it('rejects when none works, with every reason', async () => {
  proc[Symbol.dispose]();
  await expect(chooseCapture('auto', options())).rejects.toMatchObject({
    code: 'ERR_NO_CAPTURE',
    message: expect.stringMatching(/^no capture works: sockdiag: ENOENT.*; procfs: ENOENT/),
  });
});

it('tries every one for whoever wants to know', async () => {
  const trials = await tryCaptures(options());
  expect(trials.map(({ name, missing }) => [name, missing === undefined])).toEqual([
    ['sockdiag', false],
    ['procfs', true],
  ]);
});
