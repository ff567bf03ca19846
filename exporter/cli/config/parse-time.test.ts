import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseTime } from './parse-time.ts';
import { rangeOf } from './range-options.ts';

const NOW = Date.UTC(2026, 10, 23, 10) / 1000;

// New York is five hours behind in November, and four in June.
beforeEach(() => vi.stubEnv('TZ', 'America/New_York'));
afterEach(() => vi.unstubAllEnvs());

it.each([
  ['now', NOW],
  ['now-1h', NOW - 3600],
  ['now-1h30m', NOW - 5400],
  ['-1h', NOW - 3600],
  ['1h', NOW - 3600],
  ['14d', NOW - 14 * 86_400],
  ['2w', NOW - 14 * 86_400],
  ['1795428000', 1_795_428_000],
  ['1795428000.5', 1_795_428_000.5],
  ['1795428000500', 1_795_428_000.5],
  ['2026-11-23T10:00:00Z', NOW],
  ['2026-11-23t10:00:00.25z', NOW + 0.25],
  ['2026-11-23T10:00Z', NOW],
  ['2026-11-23 10:00 Z', NOW],
  ['2026-11-23T15:30:00+05:30', NOW],
  ['2026-11-23T05:00:00-05:00', NOW],
  ['2026-11-23 05:00', NOW],
  ['2026-11-23T05:00:00', NOW],
  ['2026-06-01 06:00', Date.UTC(2026, 5, 1, 10) / 1000],
  ['2026-11-23', NOW - 5 * 3600],
  ['2024-02-29', Date.UTC(2024, 1, 29, 5) / 1000],
])('%s', (text, time) => {
  expect(parseTime(text)(NOW)).toBe(time);
});

it.each([
  '',
  'yesterday',
  'now-',
  'now1h',
  'now+1h',
  'now-1M',
  '--1h',
  '10:00',
  '12',
  '2026-11-23 24:00',
  '2026-11-23 10:60',
  '2026-02-29',
  '2026-13-01',
  '2026-11-23T10:00:00 Europe/Berlin',
  '23.11.2026',
])('rejects %j', (text) => {
  expect(() => parseTime(text)).toThrow('expected a time such as now, now-1h');
});

it('reads JavaScript’s notation', () => {
  const date = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(date, (date) => {
      expect(parseTime(date.toISOString())(NOW)).toBeCloseTo(date.getTime() / 1000, 3);
    }),
  );
});

describe('a range', () => {
  const range = (from: string, to: string) => rangeOf({ from: parseTime(from), to: parseTime(to) }, NOW);

  it('goes from one time to another', () => {
    expect(range('2h', '1h')).toEqual({ from: NOW - 7200, to: NOW - 3600 });
  });

  it('ends after its start, and does not start in the future', () => {
    for (const [from, to] of [
      ['1h', '2h'],
      ['now', 'now'],
    ] as const)
      expect(() => range(from, to)).toThrow('is before --from (2026-11-23T');
    expect(() => range('2026-11-24', '2026-11-25')).toThrow(
      '--from: 2026-11-24T05:00:00.000Z is in the future',
    );
  });
});
