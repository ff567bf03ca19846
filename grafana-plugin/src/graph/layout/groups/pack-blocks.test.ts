import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packBlocks } from './pack-blocks.ts';

test('blocks never overlap', () => {
  const block = fc.record({
    width: fc.integer({ min: 1, max: 50 }),
    height: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
      const placed = packBlocks(blocks, { x: 5, y: 3 }, 1.5).map((corner, i) => ({
        ...corner,
        ...blocks[i],
      }));
      for (const [i, a] of placed.entries()) {
        for (const b of placed.slice(i + 1)) {
          const beside = a.x + (a.width ?? 0) <= b.x || b.x + (b.width ?? 0) <= a.x;
          const above = a.y + (a.height ?? 0) <= b.y || b.y + (b.height ?? 0) <= a.y;
          expect(beside || above).toBe(true);
        }
      }
    }),
  );
});

test('equal blocks form a grid of about the desired aspect ratio', () => {
  const corners = packBlocks(
    Array.from({ length: 16 }, () => ({ width: 20, height: 10 })),
    { x: 0, y: 0 },
    2,
  );
  expect(new Set(corners.map(({ x }) => x)).size).toBe(4);
  expect(new Set(corners.map(({ y }) => y)).size).toBe(4);
});
