import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shareOut } from './share-out.ts';

it('shares in proportion', () => {
  expect(shareOut(10, [1, 3, 1])).toEqual([2, 6, 2]);
  expect(shareOut(7, [0, 0])).toEqual([7, 0]);
});

it('loses nothing, and rounds by less than one', () => {
  const weights = fc.array(fc.nat(1000), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(1e9), weights, (total, list) => {
      const parts = shareOut(total, list);
      const sum = list.reduce((all, weight) => all + weight, 0);
      expect(parts.reduce((all, part) => all + part, 0)).toBe(total);
      parts.forEach((part, i) => {
        expect(part).toBeGreaterThanOrEqual(0);
        if (sum > 0) expect(Math.abs(part - (total * (list[i] ?? 0)) / sum)).toBeLessThanOrEqual(1);
      });
    }),
  );
});
