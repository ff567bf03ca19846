import { expect, it } from 'vitest';
import { ownNetworkNamespace } from './namespaces.ts';

it('finds the agent’s own namespace in a real proc file system', () => {
  const [own] = ownNetworkNamespace('/proc');
  expect(own).toMatchObject({ pid: process.pid, isOwn: true });
  expect(own?.netns).toBeGreaterThan(0);
});
