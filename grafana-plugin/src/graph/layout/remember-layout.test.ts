import { expect, test } from 'vitest';
import { buildGraph } from '../build-graph.ts';
import { half } from '../halves.fixture.ts';
import { createLayoutMemory } from './remember-layout.ts';

const sizes = { width: 100, height: 40, columnGap: 80, rowGap: 20, bendGap: 20, aspect: 1.7 };
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
