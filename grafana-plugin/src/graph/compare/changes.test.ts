import { expect, test } from 'vitest';
import { changesOf } from './changes.ts';

const hour = { current: 3600, previous: 3600 };

test('a figure that has doubled by more than chance has changed', () => {
  expect(
    changesOf({ opened: 100, failed: 0, rtt: 0.01 }, { opened: 20, failed: 40, rtt: 0.002 }, hour),
  ).toEqual([
    { figure: 'opened', current: 100, previous: 20 },
    { figure: 'failed', current: 0, previous: 40 },
    { figure: 'rtt', current: 0.01, previous: 0.002 },
  ]);
});

test('small counts vary by chance, and small amounts are ignored', () => {
  expect(changesOf({ opened: 4 }, { opened: 1 }, hour)).toEqual([]);
  expect(changesOf({ transmit: 9000 }, { transmit: 100 }, hour)).toEqual([]);
  expect(changesOf({ rtt: 0.0009 }, { rtt: 0.0001 }, hour)).toEqual([]);
});

test('an unknown figure has not changed', () => {
  expect(changesOf({ opened: 100 }, {}, hour)).toEqual([]);
});

test('counts are scaled to the length of the range, round-trip times are not', () => {
  const ranges = { current: 60, previous: 600 };
  expect(changesOf({ opened: 100 }, { opened: 1000 }, ranges)).toEqual([]);
  expect(changesOf({ opened: 1000, rtt: 0.01 }, { opened: 1000, rtt: 0.01 }, ranges)).toEqual([
    { figure: 'opened', current: 1000, previous: 100 },
  ]);
});
