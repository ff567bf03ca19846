import { expect, test } from 'vitest';
import { aspectOf } from './panel-shape.ts';

test.each([
  [300, 600, 0.6],
  [400, 400, 1],
  [1254, 700, 1.7],
  [1900, 930, 1.7],
  [1600, 400, 3],
  [2000, 100, 3],
])('a panel of %i to %i has its graph laid out for %d', (width, height, aspect) => {
  expect(aspectOf(width, height)).toBe(aspect);
});
