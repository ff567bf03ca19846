import { expect, test } from 'vitest';
import { chromeOf } from './chrome.ts';

const bare = { table: false, muted: false };

test.each([
  [800, bare, { toolbar: 40, muted: 0, legend: 24, table: 0, graph: 736, strips: 294 }],
  [
    800,
    { table: true, muted: true },
    { toolbar: 40, muted: 32, legend: 24, table: 317, graph: 387, strips: 155 },
  ],
  [239, bare, { toolbar: 40, muted: 0, legend: 0, table: 0, graph: 199, strips: 80 }],
  [239, { table: true, muted: false }, { toolbar: 40, muted: 0, legend: 0, table: 199, graph: 0, strips: 0 }],
  [109, { table: false, muted: true }, { toolbar: 0, muted: 0, legend: 0, table: 0, graph: 109, strips: 0 }],
])('a panel of height %i with %o', (height, has, expected) => {
  expect(chromeOf(height, has)).toEqual(expected);
});

test('no height is lost, or shared out twice', () => {
  for (let height = 40; height <= 1000; height++) {
    const { toolbar, muted, legend, table, graph } = chromeOf(height, {
      table: height % 2 > 0,
      muted: height % 3 > 0,
    });
    expect(toolbar + muted + legend + table + graph).toBe(height);
    expect(Math.min(table, graph)).toBeGreaterThanOrEqual(0);
  }
});
