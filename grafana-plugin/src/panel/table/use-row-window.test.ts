import fc from 'fast-check';
import { expect, test } from 'vitest';
import { windowOf } from './use-row-window.ts';

test('the window contains the requested rows and the kept row before or after them', () => {
  expect(windowOf(100, 50, 3, 51)).toEqual([50, 51, 52]);
  expect(windowOf(100, 50, 3, 2)).toEqual([2, 50, 51, 52]);
  expect(windowOf(100, 50, 3, 99)).toEqual([50, 51, 52, 99]);
  expect(windowOf(2, -10, 30, 0)).toEqual([0, 1]);
  expect(windowOf(0, 0, 30, 0)).toEqual([]);
});

test('the rows are always within the table, ascending, and include the kept row', () => {
  const number = fc.integer({ min: -200, max: 200 });
  fc.assert(
    fc.property(fc.nat(100), number, fc.nat(60), fc.nat(99), (count, start, size, at) => {
      const kept = Math.min(at, Math.max(0, count - 1));
      const rows = windowOf(count, start, size, kept);
      expect(rows).toEqual([...new Set(rows)].toSorted((a, b) => a - b));
      for (const row of rows) expect(row >= 0 && row < count).toBe(true);
      expect(rows.includes(kept)).toBe(count > 0);
    }),
  );
});
