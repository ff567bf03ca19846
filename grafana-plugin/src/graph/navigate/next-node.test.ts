import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ArrowDirection, type NodeBounds, nextNode, readingOrder } from './next-node.ts';

const HEADINGS: readonly ArrowDirection[] = ['left', 'right', 'up', 'down'];

/** Places of nodes, each 10 by 10, by their corners. */
const placesOf = (corners: Readonly<Record<string, readonly [number, number]>>): NodeBounds =>
  new Map(Object.entries(corners).map(([key, [x, y]]) => [key, { x, y, width: 10, height: 10 }]));

describe('an arrow key leads', () => {
  const places = placesOf({ a: [0, 50], b: [100, 0], c: [100, 50], d: [100, 100], e: [200, 50] });
  const to = (from: string, heading: ArrowDirection, linked: string[] = []) =>
    nextNode(from, heading, places, new Set(linked));

  test('sideways along a dependency, be others nearer', () => {
    expect(to('a', 'right')).toBe('c');
    expect(to('a', 'right', ['d'])).toBe('d');
    expect(to('a', 'right', ['b', 'e', 'd'])).toBe('e');
    expect(to('e', 'left', ['a'])).toBe('a');
  });

  test('up and down to the nearest, whoever depends on it', () => {
    expect(to('c', 'up', ['d'])).toBe('b');
    expect(to('b', 'down', ['d'])).toBe('c');
  });

  test('nowhere at the border, and from what is not there', () => {
    expect(to('a', 'left')).toBeUndefined();
    expect(to('b', 'up')).toBeUndefined();
    expect(to('gone', 'left')).toBeUndefined();
  });
});

test('the reading order is from left to right, then from top to bottom', () => {
  expect(readingOrder(placesOf({ b: [100, 0], d: [0, 60], a: [0, 50] }))).toEqual(['a', 'd', 'b']);
});

test('whatever the places, a key leads on in its direction, and where there is something it leads there', () => {
  const corner = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), corner), fc.constantFrom(...HEADINGS), (corners, heading) => {
      const places = placesOf(corners);
      for (const [from, start] of places) {
        const isAhead = (key: string) => {
          const { x, y } = places.get(key) ?? start;
          return { left: x < start.x, right: x > start.x, up: y < start.y, down: y > start.y }[heading];
        };
        const next = nextNode(from, heading, places, new Set());
        expect(next !== undefined).toBe([...places.keys()].some(isAhead));
        if (next !== undefined) expect(isAhead(next)).toBe(true);
      }
    }),
  );
});
