import fc from 'fast-check';
import { expect, test } from 'vitest';
import { previousRange } from './previous-range.ts';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-11-23T12:00:00Z');
const range = { from: NOON - HOUR, to: NOON };

test('before is the range that ends where the current range begins', () => {
  expect(previousRange('before', range)).toEqual({ from: NOON - 2 * HOUR, to: NOON - HOUR });
});

test.each([
  ['1h', 1],
  ['90m', 1.5],
  ['1d', 24],
  ['1w', 168],
  ['1d12h', 36],
])('%s is the current range, that much earlier', (choice, hours) => {
  expect(previousRange(choice, range)).toEqual({ from: range.from - hours * HOUR, to: NOON - hours * HOUR });
});

test('two timestamps are exactly that range', () => {
  expect(previousRange('2026-11-20T06:00:00Z/2026-11-21T06:00:00Z', range)).toEqual({
    from: Date.parse('2026-11-20T06:00:00Z'),
    to: Date.parse('2026-11-21T06:00:00Z'),
  });
});

test.each([
  '',
  'yesterday',
  '0d',
  '1',
  '1x',
  '-1d',
  '2026-11-21T06:00:00Z/2026-11-20T06:00:00Z',
  '2026-11-20T06:00:00Z/',
  'a/b/c',
])('%j is not a valid range', (choice) => {
  expect(previousRange(choice, range)).toBeUndefined();
});

test('for any choice, the range is invalid or begins before it ends', () => {
  fc.assert(
    fc.property(fc.string(), (choice) => {
      const other = previousRange(choice, range);
      expect(other === undefined || other.from < other.to).toBe(true);
    }),
  );
});
