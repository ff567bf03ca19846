import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { halfEdge } from '../fixtures/half-edges.fixture.ts';
import { collapse, findGroups } from '../levels/levels.ts';
import type { Graph } from '../model/graph.ts';
import { groupsOverlap } from './groups/group-boxes.ts';
import { createLayoutMemory } from './layout-memory.ts';
import { createLayouter } from './layouter.ts';

const sizes = { width: 100, height: 40, columnGap: 80, rowGap: 20, aspect: 1.7 };
const graphOf = (opened: number, ...ports: string[]) =>
  buildGraph(
    ports.map((port) => halfEdge('outbound', 'a@h1/10.0.0.1', '/10.0.0.2', { opened }, { port })),
    [],
  );
const chain = (...services: string[]) =>
  buildGraph(
    services.slice(1).map((to, i) => halfEdge('outbound', `${services[i]}@h/127.0.0.1`, `${to}@h/127.0.0.1`)),
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

describe('groups that are collapsed', () => {
  const on = (host: string, service: string) => `${service}@${host}/127.0.0.1`;
  /** `out` calls each service of h1, which are a chain; those of h2 are called by the last of them. */
  const graph = buildGraph(
    [
      halfEdge('outbound', on('h0', 'out'), on('h1', 'a')),
      halfEdge('outbound', on('h1', 'a'), on('h1', 'b')),
      halfEdge('outbound', on('h1', 'b'), on('h1', 'c')),
      halfEdge('outbound', on('h1', 'c'), on('h2', 'x')),
      halfEdge('outbound', on('h2', 'x'), on('h2', 'y')),
      halfEdge('outbound', on('h2', 'x'), on('h2', 'z')),
      halfEdge('outbound', on('h0', 'out'), on('h3', 'u')),
      halfEdge('outbound', on('h3', 'u'), on('h3', 'v')),
    ],
    [],
  );
  const hostOf = (name: string) => JSON.stringify(['group', 'host', name]);

  function createFolding() {
    const { memory } = createMemory();
    return async (...hosts: string[]) => {
      const folded = collapse(graph, 'host', new Set(hosts.map(hostOf)));
      const { groupOf } = findGroups(folded, 'host');
      const layout = await memory.layout({ graph: folded, sizes, groups: groupOf });
      if (!layout) throw new Error('overtaken');
      expect(groupsOverlap(layout.corners, groupOf, layout)).toBe(false);
      return layout.corners;
    };
  }

  test('move nobody else, and open as they were', async () => {
    const fold = createFolding();
    const open = await fold();
    for (const hosts of [['h1'], ['h1', 'h2'], ['h2']]) {
      const folded = await fold(...hosts);
      for (const [key, corner] of folded) expect(corner).toEqual(open.get(key) ?? corner);
      expect([...folded.keys()]).toContain(hostOf(hosts[0] ?? ''));
    }
    expect(await fold()).toEqual(open);
  });

  test('stand where one of their own stood', async () => {
    const fold = createFolding();
    const open = await fold();
    const corner = (await fold('h1')).get(hostOf('h1'));
    const own = graph.nodes.filter(({ host }) => host === 'h1').map(({ key }) => open.get(key));
    expect(own).toContainEqual(corner);
  });

  test('open where they stand when they have never been open: whoever is left or above stays', async () => {
    const fold = createFolding();
    const closed = await fold('h1', 'h2');
    const opened = await fold('h2');
    const node = closed.get(hostOf('h1')) ?? { x: 0, y: 0 };
    for (const [key, { x, y }] of closed) {
      if (key === hostOf('h1')) continue;
      const now = opened.get(key);
      expect(now?.x).toBeGreaterThanOrEqual(x);
      expect(now?.y).toBeGreaterThanOrEqual(y);
      if (x <= node.x) expect(now?.x).toBe(x);
      if (y <= node.y) expect(now?.y).toBe(y);
    }
    const left = Math.min(
      ...graph.nodes.filter(({ host }) => host === 'h1').map(({ key }) => opened.get(key)?.x ?? 0),
    );
    expect(left - node.x).toBeGreaterThan(0);
    expect(left - node.x).toBeLessThan(sizes.width);
  });

  test('all at once are arranged anew', async () => {
    const fold = createFolding();
    const all = ['h0', 'h1', 'h2', 'h3'];
    await fold();
    expect(await fold(...all)).toEqual(await createFolding()(...all));
    expect(await fold()).toEqual(await createFolding()());
  });

  test('and opened in whatever order leave nobody standing on another', async () => {
    const choices = fc.array(fc.subarray(['h0', 'h1', 'h2', 'h3']), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(choices, async (steps) => {
        const fold = createFolding();
        for (const hosts of steps) {
          const corners = [...(await fold(...hosts)).values()];
          for (const [i, a] of corners.entries()) {
            for (const b of corners.slice(i + 1)) {
              expect(Math.abs(a.x - b.x) >= sizes.width || Math.abs(a.y - b.y) >= sizes.height).toBe(true);
            }
          }
        }
      }),
    );
  });
});
