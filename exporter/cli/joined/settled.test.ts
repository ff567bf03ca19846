import { RECORDED } from '@musubi/contract/recorded-series';
import { expect, it } from 'vitest';
import type { Prometheus } from '../prometheus/client.ts';
import { readClock, settledRange } from './settled.ts';

/** A store whose clock is a day ahead of that of this host. */
const AHEAD = 86_400;

function store(evaluated: number | undefined): { now: number; prometheus: Prometheus } {
  const now = Date.now() / 1000 + AHEAD;
  const prometheus: Partial<Prometheus> = {
    now: async () => now,
    async query(expression, time) {
      expect([expression.includes(RECORDED.evaluationTimestamp), time]).toEqual([true, now]);
      return evaluated === undefined ? [] : [{ labels: {}, value: now - evaluated }];
    },
  };
  return { now, prometheus: prometheus as Prometheus };
}

it('takes the time from the store, and what has settled from the last evaluation', async () => {
  const { now, prometheus } = store(47);
  expect(await readClock(prometheus)).toEqual({ now, settled: now - 47 - 60 });
});

it('assumes an evaluation within its interval if none was recorded', async () => {
  const { now, prometheus } = store(undefined);
  expect(await readClock(prometheus)).toEqual({ now, settled: now - 30 - 60 });
});

it('ends a range where the records end, and keeps one that ended earlier', () => {
  const clock = { now: 1000, settled: 900 };
  expect(settledRange({ from: 100, to: 1000 }, clock)).toEqual({ from: 100, to: 900, requestedTo: 1000 });
  expect(settledRange({ from: 100, to: 900 }, clock)).toEqual({ from: 100, to: 900 });
});

it('refuses a range of which nothing is recorded yet', () => {
  expect(() => settledRange({ from: 950, to: 1000 }, { now: 1000, settled: 900 })).toThrow(
    /^nothing is recorded yet since 1970-01-01 /,
  );
});
