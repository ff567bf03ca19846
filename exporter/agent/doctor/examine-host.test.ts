import { expect, it } from 'vitest';
import { natCheck } from './examine-host.ts';

const reading = { connections: [], overruns: 0, namespaces: 0 };

it.each([
  [reading, 'good', 'nothing to follow'],
  [{ ...reading, namespaces: 2 }, 'good', 'followed in 2 network namespaces'],
  [{ ...reading, refused: 'bind failed: EPERM' }, 'limited', 'bind failed: EPERM'],
  [undefined, 'limited', 'no native code'],
])('reports address translation of %o as %s', (conntrack, state, detail) => {
  expect(natCheck(conntrack)).toMatchObject({ state, detail: expect.stringContaining(detail) });
});
