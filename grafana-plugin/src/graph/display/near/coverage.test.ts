import { expect, test } from 'vitest';
import { coverageOf } from './coverage.ts';
import type { Curve } from './display-list.ts';

const seen = { x: 0, y: 0, width: 100, height: 50 };
const line = (x: number, width: number): Curve => ({
  key: 'e',
  source: 'a',
  target: 'b',
  points: [
    { x, y: 25 },
    { x: x + 500, y: 25 },
  ],
  width,
  colour: undefined,
  seenBy: 'both',
  states: [],
  arrow: { tip: { x: 0, y: 0 }, direction: 1, length: 0 },
});

test('counts only the visible area', () => {
  expect(coverageOf([line(-200, 5), line(200, 5), line(50, 5)], seen, 1)).toBeCloseTo(0.1 + 0.05);
});

test('counts a line as at least one pixel wide at any scale', () => {
  expect(coverageOf([line(-200, 1)], seen, 0.1)).toBeCloseTo(0.2);
});
