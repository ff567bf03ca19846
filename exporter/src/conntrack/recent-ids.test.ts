import { expect, it } from 'vitest';
import { createRecentIds } from './recent-ids.ts';

it('tells new ids from known ones, for as long as conntrack may tell of them again', () => {
  let now = 0;
  const ids = createRecentIds(() => now);
  expect([ids.add(1), ids.add(1), ids.add(2)]).toEqual([true, false, true]);
  now = 120_001;
  expect([ids.add(1), ids.add(3)]).toEqual([false, true]);
  now = 240_002;
  expect(ids.add(2)).toBe(true);
});

it('remembers a bounded number of them', () => {
  const ids = createRecentIds(() => 0);
  for (let id = 0; id < 200_000; id++) ids.add(id);
  expect(ids.add(199_999)).toBe(false);
  expect(ids.add(0)).toBe(true);
});
