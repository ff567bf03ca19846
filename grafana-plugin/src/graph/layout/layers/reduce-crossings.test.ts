import { expect, test } from 'vitest';
import type { Link } from './adjacency.ts';
import { crossingsWith, reduceCrossings } from './reduce-crossings.ts';

test('crossing links are counted, and links that share a vertex are not', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 1, y: 1 },
    { x: 0, y: 1 },
    { x: 1, y: 0 },
  ];
  const at = (v: number) => points[v] ?? { x: 0, y: 0 };
  expect(crossingsWith([0, 1], [[2, 3]], at)).toBe(1);
  expect(
    crossingsWith(
      [0, 1],
      [
        [0, 3],
        [2, 1],
        [0, 2],
      ],
      at,
    ),
  ).toBe(0);
});

test('adjacent vertices are swapped while that removes crossings', () => {
  const columns = [
    [0, 1, 2],
    [3, 4, 5],
  ];
  const links: Link[] = [
    [0, 5],
    [1, 4],
    [2, 3],
  ];
  const y = Float64Array.of(0, 1, 2, 0, 1, 2);
  reduceCrossings(columns, links, Int32Array.of(0, 0, 0, 1, 1, 1), y);
  const at = (v: number) => ({ x: v < 3 ? 0 : 1, y: y[v] ?? 0 });
  expect(links.map((link) => crossingsWith(link, links, at))).toEqual([0, 0, 0]);
  for (const column of columns) {
    expect(column.map((v) => y[v])).toEqual(column.map((v) => y[v] ?? 0).toSorted());
  }
});
