import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ArrowDirection, type NodeBounds, nextNode, readingOrder } from './next-node.ts';

const DIRECTIONS: readonly ArrowDirection[] = ['left', 'right', 'up', 'down'];

/** The bounds of nodes of 10 by 10, by their corners. */
const boundsOf = (corners: Readonly<Record<string, readonly [number, number]>>): NodeBounds =>
  new Map(Object.entries(corners).map(([key, [x, y]]) => [key, { x, y, width: 10, height: 10 }]));

describe('an arrow key moves', () => {
  const bounds = boundsOf({ a: [0, 50], b: [100, 0], c: [100, 50], d: [100, 100], e: [200, 50] });
  const to = (from: string, direction: ArrowDirection, linked: string[] = []) =>
    nextNode(from, direction, bounds, new Set(linked));

  test('left and right along a dependency, even if other nodes are nearer', () => {
    expect(to('a', 'right')).toBe('c');
    expect(to('a', 'right', ['d'])).toBe('d');
    expect(to('a', 'right', ['b', 'e', 'd'])).toBe('e');
    expect(to('e', 'left', ['a'])).toBe('a');
  });

  test('up and down to the nearest node, with or without a dependency', () => {
    expect(to('c', 'up', ['d'])).toBe('b');
    expect(to('b', 'down', ['d'])).toBe('c');
  });

  test('nowhere at the border, or from an unknown node', () => {
    expect(to('a', 'left')).toBeUndefined();
    expect(to('b', 'up')).toBeUndefined();
    expect(to('gone', 'left')).toBeUndefined();
  });
});

test('the reading order is from left to right, then from top to bottom', () => {
  expect(readingOrder(boundsOf({ b: [100, 0], d: [0, 60], a: [0, 50] }))).toEqual(['a', 'd', 'b']);
});

test('an arrow key moves in its direction, if and only if there is a node in that direction', () => {
  const corner = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), corner), fc.constantFrom(...DIRECTIONS), (corners, direction) => {
      const bounds = boundsOf(corners);
      for (const [from, start] of bounds) {
        const isAhead = (key: string) => {
          const { x, y } = bounds.get(key) ?? start;
          return { left: x < start.x, right: x > start.x, up: y < start.y, down: y > start.y }[direction];
        };
        const next = nextNode(from, direction, bounds, new Set());
        expect(next !== undefined).toBe([...bounds.keys()].some(isAhead));
        if (next !== undefined) expect(isAhead(next)).toBe(true);
      }
    }),
  );
});
