import { expect, test } from 'vitest';
import { areasOf, aspectOf } from './panel-areas.ts';

const bare = { table: false, muted: false, strips: 0 };

test.each([
  [800, bare, { toolbar: 40, muted: 0, legend: 24, table: 0, graph: 736, strips: 294, clear: 736 }],
  [
    800,
    { table: true, muted: true, strips: 2 },
    { toolbar: 40, muted: 32, legend: 24, table: 317, graph: 387, strips: 155, clear: 311 },
  ],
  [239, bare, { toolbar: 40, muted: 0, legend: 0, table: 0, graph: 199, strips: 80, clear: 199 }],
  [
    150,
    { ...bare, strips: 2 },
    { toolbar: 40, muted: 0, legend: 0, table: 0, graph: 110, strips: 44, clear: 66 },
  ],
  [
    239,
    { ...bare, table: true },
    { toolbar: 40, muted: 0, legend: 0, table: 199, graph: 0, strips: 0, clear: 0 },
  ],
  [
    109,
    { ...bare, muted: true, strips: 1 },
    { toolbar: 0, muted: 0, legend: 0, table: 0, graph: 109, strips: 0, clear: 109 },
  ],
])('a panel of height %i with %o is divided into areas', (height, has, expected) => {
  expect(areasOf(height, has)).toEqual(expected);
});

test('the areas add up to the height of the panel', () => {
  for (let height = 40; height <= 1000; height++) {
    const { toolbar, muted, legend, table, graph } = areasOf(height, {
      table: height % 2 > 0,
      muted: height % 3 > 0,
      strips: 0,
    });
    expect(toolbar + muted + legend + table + graph).toBe(height);
    expect(Math.min(table, graph)).toBeGreaterThanOrEqual(0);
  }
});

test.each([
  [300, 600, 0.6],
  [400, 400, 1],
  [1254, 700, 1.7],
  [1900, 930, 1.7],
  [1600, 400, 3],
  [2000, 100, 3],
])('the graph of a panel of %i × %i is laid out for the aspect ratio %d', (width, height, aspect) => {
  expect(aspectOf(width, height)).toBe(aspect);
});
