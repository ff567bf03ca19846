import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Link, successors } from './adjacency.ts';
import { countCrossings } from './count-crossings.ts';

const SIDE = 6;

/** The definition: every pair of links whose ends are in opposite order. */
const byPairs = (links: readonly Link[]) =>
  links.reduce(
    (sum, [a, b], i) => sum + links.slice(i + 1).filter(([c, d]) => (a - c) * (b - d) < 0).length,
    0,
  );

test('counts as many crossings as looking at every pair does', () => {
  const link = fc.tuple(fc.nat(SIDE - 1), fc.integer({ min: SIDE, max: 2 * SIDE - 1 }));
  fc.assert(
    fc.property(fc.array(link, { maxLength: 20 }), (links) => {
      const layers = [0, 1].map((layer) => Array.from({ length: SIDE }, (_, i) => layer * SIDE + i));
      const rank = Int32Array.from({ length: 2 * SIDE }, (_, v) => v % SIDE);
      expect(countCrossings(layers, rank, successors(2 * SIDE, links))).toBe(byPairs(links));
    }),
  );
});
