import { expect, it } from 'vitest';
import { restAfter } from './cycle-delay.ts';

it.each([
  ['what is left of the interval', 100, 2000, 1900],
  ['as long as the pass where that is longer', 1500, 2000, 1500],
  ['as long as the pass where it took longer than the interval', 400, 10, 400],
])('rests %s', (_title, took, interval, rest) => {
  expect(restAfter(took, interval)).toBe(rest);
});
