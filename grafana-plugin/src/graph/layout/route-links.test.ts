import { describe, expect, test } from 'vitest';
import type { Point } from '../geometry/rectangle.ts';
import type { Link } from './layers/adjacency.ts';
import { routeLinks } from './route-links.ts';

const sizes = { width: 100, height: 40, columnGap: 80, rowGap: 20, aspect: 1.7 };
/** Corners by column and row. */
const at = (column: number, row: number): Point => ({ x: column * 180, y: row * 60 });
const bendsOf = (corners: Point[], ...links: Link[]) =>
  routeLinks(corners, links, sizes).map(([, points]) => points);

describe('a link that passes columns', () => {
  const row = [at(0, 0), at(1, 0), at(2, 0), at(3, 0)];

  test('runs above or below the nodes in its way', () => {
    const [bends = []] = bendsOf(row, [0, 3]);
    expect(bends.map(({ x }) => x)).toEqual([230, 410]);
    for (const { y } of bends) expect(y < 0 || y > 40).toBe(true);
  });

  test('has the same route in the other direction', () => {
    expect(bendsOf(row, [3, 0])[0]?.toReversed()).toEqual(bendsOf(row, [0, 3])[0]);
  });

  test('is straight if no node is in its way', () => {
    const [[bend] = []] = bendsOf([at(0, 0), at(1, 5), at(2, 1)], [0, 2]);
    expect(bend).toEqual({ x: 230, y: 50 });
  });

  test('stays in the gap between two nodes, however many pass there', () => {
    const wall = Array.from({ length: 9 }, (_, i) => at(1, i));
    const ends = Array.from({ length: 6 }, (_, i) => [at(0, 4 + i / 50), at(2, 4.4 + i / 50)]).flat();
    const links = Array.from({ length: 6 }, (_, i): Link => [9 + 2 * i, 10 + 2 * i]);
    const heights = bendsOf([...wall, ...ends], ...links).map(([bend]) => bend?.y ?? Number.NaN);
    for (const y of heights) expect(wall.some((card) => y >= card.y && y <= card.y + 40)).toBe(false);
    expect(new Set(heights).size).toBe(6);
  });

  test('does not bend if there are too many columns', () => {
    const chain = Array.from({ length: 40 }, (_, i) => at(i, 0));
    expect(bendsOf(chain, [0, 39])).toEqual([]);
  });
});

test('nodes moved between columns make their own columns', () => {
  const [bends = []] = bendsOf([at(0, 0), { x: 150, y: 10 }, at(2, 0)], [0, 2]);
  expect(bends.map(({ x }) => x)).toEqual([200]);
  // Too close to its source: there is no space to turn.
  expect(bendsOf([at(0, 0), { x: 110, y: 10 }, at(2, 0)], [0, 2])).toEqual([]);
});
