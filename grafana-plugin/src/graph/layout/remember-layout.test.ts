import { expect, test } from 'vitest';
import { buildGraph } from '../build-graph.ts';
import { half } from '../halves.fixture.ts';
import { createLayoutMemory } from './remember-layout.ts';

const sizes = { width: 100, height: 40, columnGap: 80, rowGap: 20, aspect: 1.7 };
const graphOf = (opened: number, ...ports: string[]) =>
  buildGraph(
    ports.map((port) => half('outbound', 'a@h1/10.0.0.1', '/10.0.0.2', { opened }, { port })),
    [],
  );

test('nothing moves while only figures change', () => {
  const layoutOf = createLayoutMemory();
  const first = layoutOf(graphOf(1, '80'), sizes);
  expect(layoutOf(graphOf(99, '80'), sizes)).toBe(first);
  expect(layoutOf(graphOf(1, '80', '81'), sizes)).not.toBe(first);
});

const chain = (...services: string[]) =>
  buildGraph(
    services.slice(1).map((to, i) => half('outbound', `${services[i]}@h/127.0.0.1`, `${to}@h/127.0.0.1`)),
    [],
  );

test('who comes back finds the old place', () => {
  const layoutOf = createLayoutMemory();
  const first = layoutOf(chain('a', 'b', 'c', 'd'), sizes);
  layoutOf(chain('a', 'b', 'c'), sizes);
  expect(layoutOf(chain('a', 'b', 'c', 'd'), sizes).corners).toEqual(first.corners);
});

test('an old place that someone else has taken is forgotten', () => {
  const layoutOf = createLayoutMemory();
  layoutOf(chain('a', 'b', 'c', 'd'), sizes);
  layoutOf(chain('a', 'b', 'c'), sizes);
  const other = layoutOf(chain('a', 'b', 'c', 'e'), sizes);
  const all = layoutOf(chain('d', 'a', 'b', 'c', 'e'), sizes);
  for (const [key, corner] of other.corners) expect(all.corners.get(key)).toEqual(corner);
  expect(new Set([...all.corners.values()].map((corner) => JSON.stringify(corner))).size).toBe(5);
});
