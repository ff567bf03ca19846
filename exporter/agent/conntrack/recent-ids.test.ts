import { expect, it } from 'vitest';
import { createRecentIds } from './recent-ids.ts';

const of = (...ids: readonly number[]) => ids.map((id) => ({ id }));
const MANY = Array.from({ length: 200_000 }, (_, id) => ({ id }));

it('distinguishes new from known ids for as long as conntrack may report them again', () => {
  let now = 0;
  const ids = createRecentIds(() => now);
  expect(ids.add(of(1, 1, 2))).toEqual(of(1, 2));
  now = 120_001;
  expect(ids.add(of(1, 3))).toEqual(of(3));
  now = 240_002;
  expect(ids.add(of(2))).toEqual(of(2));
});

it('remembers a bounded number of ids', () => {
  const ids = createRecentIds(() => 0);
  ids.add(MANY);
  expect(ids.add(of(199_999, 0))).toEqual(of(0));
});
