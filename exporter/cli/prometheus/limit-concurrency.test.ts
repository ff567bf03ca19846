import { expect, it } from 'vitest';
import { limitConcurrency } from './limit-concurrency.ts';

it('runs at most the given number of jobs at a time, the others in order, despite failures', async () => {
  const inLane = limitConcurrency(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const job = (index: number) => async () => {
    order.push(index);
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (index % 3 === 0) throw new Error(`${index}`);
    return index;
  };
  const results = await Promise.allSettled(Array.from({ length: 9 }, (_, index) => inLane(job(index))));
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3);
  expect(await inLane(job(10))).toBe(10);
});
