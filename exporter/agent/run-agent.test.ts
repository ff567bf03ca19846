import { expect, it } from 'vitest';
import { delayAfter } from './run-agent.ts';

it.each([
  ['until the next interval after a short cycle', 100, 2000, 1900],
  ['as long as a cycle of more than half the interval', 1500, 2000, 1500],
  ['as long as a cycle longer than the interval', 400, 10, 400],
])('waits %s', (_title, took, interval, delay) => {
  expect(delayAfter(took, interval)).toBe(delay);
});
