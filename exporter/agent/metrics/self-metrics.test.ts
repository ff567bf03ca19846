import { afterEach, expect, it, vi } from 'vitest';
import { createSelfMetrics } from './self-metrics.ts';

function create() {
  const self = createSelfMetrics(() => 7);
  const points = (name: string) => self.families().find(({ definition }) => definition.name === name)?.points;
  return { self, points };
}

afterEach(() => vi.restoreAllMocks());

it('starts counters at zero, so that rate() sees their first increase', () => {
  const { points } = create();
  const zero = [{ attributes: {}, value: 0, since: 7 }];
  expect(points('musubi.collection.cycles')).toEqual(zero);
  expect(points('musubi.otlp.batches.failed')).toEqual(zero);
  expect(points('musubi.edges')).toBeUndefined();
});

it('adds up counters, and keeps the latest value of each set of attributes', () => {
  const { self, points } = create();
  self.add('cycles');
  self.add('cycles', 2);
  self.set('namespaces', 5, { state: 'observed' });
  self.set('namespaces', 1, { state: 'skipped' });
  self.set('namespaces', 4, { state: 'observed' });
  expect(points('musubi.collection.cycles')).toMatchObject([{ value: 3 }]);
  expect(points('musubi.network.namespaces')).toMatchObject([
    { attributes: { state: 'observed' }, value: 4 },
    { attributes: { state: 'skipped' }, value: 1 },
  ]);
});

it('removes a replaced value, whatever its attributes', () => {
  const { self, points } = create();
  self.replace('captureInfo', 1, { capture: 'ebpf' });
  self.replace('captureInfo', 1, { capture: 'sockdiag' });
  expect(points('musubi.capture.info')).toEqual([
    { attributes: { capture: 'sockdiag' }, value: 1, since: 7 },
  ]);
});

it('records how long a stage took, even one that failed, and returns its result', async () => {
  const { self, points } = create();
  const time = self.startTimer();
  await expect(time('fold', () => 5)).resolves.toBe(5);
  await expect(time('read', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const durations = points('musubi.stage.duration');
  expect(durations?.map(({ attributes }) => attributes.stage)).toEqual(['fold', 'read']);
  for (const { value } of durations ?? []) expect(value).toBeGreaterThanOrEqual(0);
});

it('adds up the steps of a stage within a cycle, and starts again with the next', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const { self, points } = create();
  const first = self.startTimer();
  for (const ms of [20, 30])
    await first('nat', () => {
      now += ms;
    });
  expect(points('musubi.stage.duration')).toMatchObject([{ value: 0.05 }]);
  await self.startTimer()('nat', () => {
    now += 10;
  });
  expect(points('musubi.stage.duration')).toMatchObject([{ value: 0.01 }]);
});
