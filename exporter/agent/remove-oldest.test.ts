import { expect, it } from 'vitest';
import { removeOldest } from './remove-oldest.ts';

it('removes the entries that were added first, and only as many as necessary', () => {
  const map = new Map([3, 1, 2, 4].map((key) => [key, key]));
  removeOldest(map, 2);
  expect([...map.keys()]).toEqual([2, 4]);
  removeOldest(map, 2);
  expect(map.size).toBe(2);
});
