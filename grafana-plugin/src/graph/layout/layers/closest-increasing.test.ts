import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closestIncreasing } from './closest-increasing.ts';

test('keeps values in order and pools the others', () => {
  expect(closestIncreasing([1, 2, 5], [1, 1, 1])).toEqual([1, 2, 5]);
  expect(closestIncreasing([4, 2, 9], [1, 1, 1])).toEqual([3, 3, 9]);
  expect(closestIncreasing([4, 1], [1, 2])).toEqual([2, 2]);
});

test('never decreases, and keeps the weighted sum', () => {
  const value = fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(fc.array(value), (pairs) => {
      const [wanted, weights] = [pairs.map(([v]) => v), pairs.map(([, w]) => w)];
      const result = closestIncreasing(wanted, weights);
      for (const [i, each] of result.entries()) {
        expect(each).toBeGreaterThanOrEqual((result[i - 1] ?? -Infinity) - 1e-9);
      }
      const sum = (values: number[]) => values.reduce((total, v, i) => total + v * (weights[i] ?? 0), 0);
      expect(sum(result)).toBeCloseTo(sum(wanted), 6);
    }),
  );
});
