import { symlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createProcTree } from '../../../test/fixtures/proc-tree.ts';
import { listNetworkNamespaces, ownNetworkNamespace, parseNetworkNamespace } from './namespaces.ts';

it('lists each namespace once, the agent’s own first, with its lowest pid', () => {
  using proc = createProcTree({
    9: { netns: 100 },
    20: { netns: 200 },
    30: { netns: 100 },
    40: { netns: 200 },
    50: { comm: 'kernel thread' },
  });
  symlinkSync('30', `${proc.root}/self`);
  expect(listNetworkNamespaces(proc.root, [9, 20, 30, 40, 50, 60])).toEqual({
    namespaces: [
      { netns: 100, pid: 30, isOwn: true },
      { netns: 200, pid: 20, isOwn: false },
    ],
    denied: 0,
  });
});

it('uses the pid of this process in the given proc file system', () => {
  // It differs from its own when the host's /proc is mounted in a container.
  using proc = createProcTree({ 4711: { netns: 100 } });
  symlinkSync('4711', `${proc.root}/self`);
  expect(ownNetworkNamespace(proc.root)).toEqual([{ netns: 100, pid: 4711, isOwn: true }]);
});

it('lists the other namespaces when the agent’s own cannot be read', () => {
  using proc = createProcTree({ 20: { netns: 200 } });
  expect(ownNetworkNamespace(proc.root)).toEqual([]);
  expect(listNetworkNamespaces(proc.root, [20]).namespaces).toEqual([{ netns: 200, pid: 20, isOwn: false }]);
});

it.each([
  ['net:[4026531840]', 4026531840],
  ['net:[]', undefined],
  ['mnt:[4026531840]', undefined],
  ['net:[1]x', undefined],
  ['/tmp/net:[1]', undefined],
])('reads %s as %s', (link, netns) => {
  expect(parseNetworkNamespace(link)).toBe(netns);
});
