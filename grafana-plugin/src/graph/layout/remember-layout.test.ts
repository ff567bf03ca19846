import { expect, test } from 'vitest';
import { buildGraph } from '../build-graph.ts';
import type { Graph } from '../graph.ts';
import { half } from '../halves.fixture.ts';
import { createLayouter } from './layouter.ts';
import { createLayoutMemory } from './remember-layout.ts';

const sizes = { width: 100, height: 40, columnGap: 80, rowGap: 20, aspect: 1.7 };
const graphOf = (opened: number, ...ports: string[]) =>
  buildGraph(
    ports.map((port) => half('outbound', 'a@h1/10.0.0.1', '/10.0.0.2', { opened }, { port })),
    [],
  );
const chain = (...services: string[]) =>
  buildGraph(
    services.slice(1).map((to, i) => half('outbound', `${services[i]}@h/127.0.0.1`, `${to}@h/127.0.0.1`)),
    [],
  );

function createMemory() {
  const memory = createLayoutMemory(createLayouter());
  const layout = async (graph: Graph) => {
    const laidOut = await memory.layout({ graph, sizes });
    if (!laidOut) throw new Error('overtaken');
    return laidOut;
  };
  return { memory, layout };
}

test('the very same layout is recalled while only figures change', async () => {
  const { memory, layout } = createMemory();
  expect(memory.recall({ graph: graphOf(1, '80'), sizes })).toBeUndefined();
  const first = await layout(graphOf(1, '80'));
  expect(memory.recall({ graph: graphOf(99, '80'), sizes })).toBe(first);
  expect(memory.recall({ graph: graphOf(1, '80', '81'), sizes })).toBeUndefined();
  expect(memory.recall({ graph: graphOf(1, '80'), sizes: { ...sizes, rowGap: 30 } })).toBeUndefined();
  const saved = new Map([['x', { x: 0, y: 0 }]]);
  expect(memory.recall({ graph: graphOf(1, '80'), sizes, saved })).toBeUndefined();
});

test('who comes back finds the old place', async () => {
  const { layout } = createMemory();
  const first = await layout(chain('a', 'b', 'c', 'd'));
  await layout(chain('a', 'b', 'c'));
  expect((await layout(chain('a', 'b', 'c', 'd'))).corners).toEqual(first.corners);
});

test('an old place that someone else has taken is forgotten', async () => {
  const { layout } = createMemory();
  await layout(chain('a', 'b', 'c', 'd'));
  await layout(chain('a', 'b', 'c'));
  const other = await layout(chain('a', 'b', 'c', 'e'));
  const all = await layout(chain('d', 'a', 'b', 'c', 'e'));
  for (const [key, corner] of other.corners) expect(all.corners.get(key)).toEqual(corner);
  expect(new Set([...all.corners.values()].map((corner) => JSON.stringify(corner))).size).toBe(5);
});

test('whoever asks for it has everything placed anew', async () => {
  const { memory, layout } = createMemory();
  const first = await layout(chain('a', 'b', 'c', 'd'));
  const grown = await layout(chain('x', 'a', 'b', 'c', 'd'));
  for (const [key, corner] of first.corners) expect(grown.corners.get(key)).toEqual(corner);
  memory.forget();
  const anew = await layout(chain('x', 'a', 'b', 'c', 'd'));
  expect(Math.min(...[...anew.corners.values()].map(({ x }) => x))).toBe(0);
  expect(anew.corners).not.toEqual(grown.corners);
});
