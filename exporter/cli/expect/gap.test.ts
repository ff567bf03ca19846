import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatGap, formatRoughly, gapToAllow, parseGap } from './gap.ts';

it.each([
  ['always in use', 15, '5m'],
  ['each four minutes', 250, '10m'],
  ['each 20 minutes', 1250, '35m'],
  ['each hour', 3700, '2h'],
  ['each night', 86_400, '26h'],
  ['on working days', 3 * 86_400, '4d'],
  ['each week', 7 * 86_400, '8d'],
])('for use %s with a longest gap of %i s it allows %s', (_, longest, written) => {
  expect(formatGap(gapToAllow(longest))).toBe(written);
});

it('allows more than was seen, and parses its own format', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 * 86_400 }), (longest) => {
      const gap = gapToAllow(longest);
      expect(gap).toBeGreaterThan(longest);
      expect(parseGap(formatGap(gap))).toBe(gap);
    }),
  );
  expect(parseGap(formatGap(Number.POSITIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
  expect(formatGap(90)).toBe('90s');
});

it.each([
  [59 * 60 + 59, '59m'],
  [3 * 3600 - 1, '2h'],
  [2 * 86_400, '2d'],
])('formats %i s roughly as %s', (seconds, written) => {
  expect(formatRoughly(seconds)).toBe(written);
});

it('rejects anything but a duration', () => {
  expect(() => parseGap('-5m')).toThrow('expected a duration such as 5s or 1m30s, or never');
});
