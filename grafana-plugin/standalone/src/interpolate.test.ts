// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana writes its variables so.
import { expect, test } from 'vitest';
import { interpolate } from './interpolate.ts';

const range = { from: 1_700_000_000_000, to: 1_700_000_300_000 };

test('replaces the variables of the time range', () => {
  expect(interpolate('last_over_time(m[$__range]) >= $__from / 1000', range)).toBe(
    'last_over_time(m[300s]) >= 1700000000000 / 1000',
  );
  expect(interpolate('m @ $__to', range)).toBe('m @ 1700000300000');
});

test('accepts braces and distinguishes longer names', () => {
  expect(interpolate('${__range} $__range_s ${__range_ms:raw}', range)).toBe('300s 300 300000');
});

test('prefers the values of the request', () => {
  expect(interpolate('$__from $__to', range, { __from: { value: 7 } })).toBe('7 1700000300000');
});

test('leaves unknown variables as they are', () => {
  expect(interpolate('$__rate_interval ${datasource} 5$', range)).toBe('$__rate_interval ${datasource} 5$');
});
