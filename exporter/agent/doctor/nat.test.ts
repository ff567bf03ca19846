import { expect, it } from 'vitest';
import { natCheck } from './nat.ts';

const heard = { connections: [], overruns: 0, namespaces: 0 };

it.each([
  [heard, 'good', 'nothing to follow'],
  [{ ...heard, namespaces: 2 }, 'good', 'followed in 2 network namespaces'],
  [{ ...heard, refused: 'bind failed: EPERM' }, 'limited', 'bind failed: EPERM'],
  [undefined, 'limited', 'no native code'],
])('tells of %o that it is %s', (told, state, detail) => {
  expect(natCheck(told)).toMatchObject({ state, detail: expect.stringContaining(detail) });
});
