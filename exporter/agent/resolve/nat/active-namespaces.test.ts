import { expect, it } from 'vitest';
import type { Observation } from '../../capture/capture.ts';
import { createActiveNamespaces } from './active-namespaces.ts';

const seen = (netns: number, opened: number, failed = 0): Observation => ({
  ...{ id: `${netns}`, netns, transport: 'tcp', direction: 'outbound', pid: 20, open: 0, opened },
  ...{ localAddress: '10.0.0.1', remoteAddress: '10.0.0.2', port: 80 },
  ...(failed > 0 && { failed: [failed, 0, 0, 0, 0, 0, 0] }),
});

it('finds the namespaces with new connections and new failures', () => {
  const active = createActiveNamespaces();
  expect([...active([seen(1, 1), seen(2, 1)])]).toEqual([1, 2]);
  expect([...active([seen(1, 1), seen(2, 1)])]).toEqual([]);
  expect([...active([seen(1, 2), seen(2, 1), seen(3, 0)])]).toEqual([1, 3]);
  expect([...active([seen(1, 2), seen(2, 1, 1)])]).toEqual([2]);
});
