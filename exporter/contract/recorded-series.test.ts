import { expect, it } from 'vitest';
import { hourlySeries, RECORDED } from './recorded-series.ts';

it('names of recorded series are level, metric and operation', () => {
  const names = Object.values(RECORDED);
  for (const name of names) expect(name).toMatch(/^musubi(:[a-z_]+){2}(:[a-z]+(\d+[mh])?)?$/);
  expect(new Set(names).size).toBe(names.length);
});

it('the hourly form of a series is named by its operation and range', () => {
  expect(hourlySeries(RECORDED.edgeLastSeen)).toBe('musubi:edge:last_seen_seconds:max1h');
  expect(hourlySeries(RECORDED.connectionsOpened)).toBe('musubi:service_edge:connections_opened:increase1h');
});
