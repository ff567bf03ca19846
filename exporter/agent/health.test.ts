import { expect, it } from 'vitest';
import { createHealth } from './health.ts';

it('is ready while the last collection cycle succeeded', () => {
  const health = createHealth(
    () => 1000,
    () => 0,
  );
  expect(health.readinessProblem()).toBe('no collection cycle has ended yet');
  health.cycleEnded();
  expect(health.readinessProblem()).toBeUndefined();
  health.cycleEnded('EMFILE');
  expect(health.readinessProblem()).toBe('the last collection cycle failed: EMFILE');
});

it('is healthy while collection cycles end, even failed ones', () => {
  let now = 0;
  const health = createHealth(
    () => 2000,
    () => now,
  );
  now = 62_000;
  expect(health.healthProblem()).toBeUndefined();
  health.cycleEnded('EMFILE');
  now += 62_000;
  expect(health.healthProblem()).toBeUndefined();
  now += 1000;
  expect(health.healthProblem()).toBe('no collection cycle has ended for 63 s');
});
