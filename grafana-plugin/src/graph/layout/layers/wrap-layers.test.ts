import { describe, expect, test } from 'vitest';
import type { Link } from './adjacency.ts';
import { assignLayers } from './assign-layers.ts';
import { wrapLayers } from './wrap-layers.ts';

const SIZES = { width: 160, height: 40, columnGap: 140, rowGap: 20, aspect: 1.7 };

/** The number of vertices of each layer, left to right. */
function fold(count: number, links: readonly Link[]) {
  const layer = wrapLayers(assignLayers(count, links), links, SIZES);
  const sizes: number[] = [];
  for (const at of layer) sizes[at] = (sizes[at] ?? 0) + 1;
  return { layer, sizes };
}

const clients = (count: number): Link[] => Array.from({ length: count }, (_, i) => [i + 1, 0]);

describe('wrapping', () => {
  test('spreads the many clients of one server over columns, all left of it', () => {
    const { layer, sizes } = fold(101, clients(100));
    expect(Math.max(...sizes)).toBeLessThan(25);
    expect(sizes.length).toBeGreaterThan(4);
    expect(sizes).toHaveLength((layer[0] ?? 0) + 1);
    // No column is nearly empty.
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(Math.max(...sizes) - 2);
  });

  test('spreads the many servers of one client over columns, all right of it', () => {
    const { layer, sizes } = fold(
      101,
      clients(100).map(([a, b]): Link => [b, a]),
    );
    expect(layer[0]).toBe(0);
    expect(Math.max(...sizes)).toBeLessThan(25);
  });

  test('keeps every link leading right, and other vertices out of the new columns', () => {
    // A hub in the middle of a chain 101 → 102 → 0 → 103.
    const links: Link[] = [...clients(100), [101, 102], [102, 0], [0, 103]];
    const { layer, sizes } = fold(104, links);
    for (const [from, to] of links) expect(layer[from]).toBeLessThan(layer[to] ?? 0);
    expect(layer[102]).toBe((layer[0] ?? 0) - 1);
    expect(sizes.length).toBeGreaterThan(6);
  });

  test('does not change layers that fit', () => {
    const links = clients(6);
    const before = assignLayers(7, links);
    expect(wrapLayers(before, links, SIZES)).toEqual(before);
  });
});
