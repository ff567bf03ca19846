import { expect, test } from 'vitest';
import { tableOf } from '../fixtures/tables.fixture.ts';
import { recordedRange } from './recorded-range.ts';

const RANGE = { from: 100_000, to: 200_000 };
const settled = (seconds: number) => [tableOf('settled', [[{}, seconds]])];

test('a range ends where the records end', () => {
  expect(recordedRange(RANGE, settled(170))).toEqual({ from: 100_000, to: 170_000 });
});

test('a range that is recorded as a whole, or not at all, is not cut', () => {
  expect(recordedRange(RANGE, settled(200))).toBe(RANGE);
  expect(recordedRange(RANGE, settled(90))).toBe(RANGE);
});

test('without the query, the range is not cut', () => {
  expect(recordedRange(RANGE, [])).toBe(RANGE);
  expect(recordedRange(RANGE, [{ refId: 'settled', columns: [] }])).toBe(RANGE);
});
