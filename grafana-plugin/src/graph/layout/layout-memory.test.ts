import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { halfEdge } from '../fixtures/half-edges.fixture.ts';
import { collapse, findGroups } from '../levels/levels.ts';
import type { Graph } from '../model/graph.ts';
import { groupsOverlap } from './groups/group-boxes.ts';
import { createLayoutMemory, type LayoutMemory } from './layout-memory.ts';
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

test('the same layout is recalled while only figures change', async () => {
  const { memory, layout } = createMemory();
  expect(memory.recall({ graph: graphOf(1, '80'), sizes })).toBeUndefined();
  const first = await layout(graphOf(1, '80'));
  expect(memory.recall({ graph: graphOf(99, '80'), sizes })).toBe(first);
  expect(memory.recall({ graph: graphOf(1, '80', '81'), sizes })).toBeUndefined();
  expect(memory.recall({ graph: graphOf(1, '80'), sizes: { ...sizes, rowGap: 30 } })).toBeUndefined();
  const saved = new Map([['x', { x: 0, y: 0 }]]);
  expect(memory.recall({ graph: graphOf(1, '80'), sizes, saved })).toBeUndefined();
});

test('a node that returns has its old position', async () => {
  const { layout } = createMemory();
  const first = await layout(chain('a', 'b', 'c', 'd'));
  await layout(chain('a', 'b', 'c'));
  expect((await layout(chain('a', 'b', 'c', 'd'))).corners).toEqual(first.corners);
});

test('an old position that another node has taken is discarded', async () => {
  const { layout } = createMemory();
  await layout(chain('a', 'b', 'c', 'd'));
  await layout(chain('a', 'b', 'c'));
  const other = await layout(chain('a', 'b', 'c', 'e'));
  const all = await layout(chain('d', 'a', 'b', 'c', 'e'));
  for (const [key, corner] of other.corners) expect(all.corners.get(key)).toEqual(corner);
  expect(new Set([...all.corners.values()].map((corner) => JSON.stringify(corner))).size).toBe(5);
});

test('all nodes are placed again after a reset', async () => {
  const { memory, layout } = createMemory();
  const first = await layout(chain('a', 'b', 'c', 'd'));
  const larger = await layout(chain('x', 'a', 'b', 'c', 'd'));
  for (const [key, corner] of first.corners) expect(larger.corners.get(key)).toEqual(corner);
  memory.reset();
  const again = await layout(chain('x', 'a', 'b', 'c', 'd'));
  expect(Math.min(...[...again.corners.values()].map(({ x }) => x))).toBe(0);
  expect(again.corners).not.toEqual(larger.corners);
});

test('the layout does not depend on the arrangements chosen before', async () => {
  const graph = chain('a', 'b', 'c', 'd');
  const groups = new Map(graph.nodes.map(({ key }, i) => [key, `group ${i % 2}`]));
  const plain = { graph, sizes, arrangement: 'instance none' };
  const framed = { ...plain, groups, arrangement: 'instance site' };
  const cornersOf = async (...inputs: Parameters<LayoutMemory['layout']>[0][]) => {
    const memory = createLayoutMemory(createLayouter());
    const layouts = [];
    for (const input of inputs) layouts.push(await memory.layout(input));
    return layouts.at(-1)?.corners;
  };
  expect(await cornersOf(plain, framed, plain)).toEqual(await cornersOf(plain));
  expect(await cornersOf(plain, framed)).toEqual(await cornersOf(framed));
});

describe('collapsed groups', () => {
  const on = (host: string, service: string) => `${service}@${host}/127.0.0.1`;
  /** `out` calls the first of a chain of services on h1, the last of which calls those on h2. */
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

  function createCollapser() {
    const { memory } = createMemory();
    return async (...hosts: string[]) => {
      const collapsed = collapse(graph, 'host', new Set(hosts.map(hostOf)));
      const { groupOf } = findGroups(collapsed, 'host');
      const layout = await memory.layout({ graph: collapsed, sizes, groups: groupOf });
      if (!layout) throw new Error('overtaken');
      expect(groupsOverlap(layout.corners, groupOf, layout)).toBe(false);
      return layout.corners;
    };
  }

  test('move no other node, and expand to their former positions', async () => {
    const arrange = createCollapser();
    const expanded = await arrange();
    for (const hosts of [['h1'], ['h1', 'h2'], ['h2']]) {
      const collapsed = await arrange(...hosts);
      for (const [key, corner] of collapsed) expect(corner).toEqual(expanded.get(key) ?? corner);
      expect([...collapsed.keys()]).toContain(hostOf(hosts[0] ?? ''));
    }
    expect(await arrange()).toEqual(expanded);
  });

  test('are at the former position of one of their members', async () => {
    const arrange = createCollapser();
    const expanded = await arrange();
    const corner = (await arrange('h1')).get(hostOf('h1'));
    const members = graph.nodes.filter(({ host }) => host === 'h1').map(({ key }) => expanded.get(key));
    expect(members).toContainEqual(corner);
  });

  test('that were never expanded expand in position: nodes to the left or above stay', async () => {
    const arrange = createCollapser();
    const closed = await arrange('h1', 'h2');
    const opened = await arrange('h2');
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

  test('are arranged again if all change at once', async () => {
    const arrange = createCollapser();
    const all = ['h0', 'h1', 'h2', 'h3'];
    await arrange();
    expect(await arrange(...all)).toEqual(await createCollapser()(...all));
    expect(await arrange()).toEqual(await createCollapser()());
  });

  test('never overlap, in whatever order they are collapsed and expanded', async () => {
    const choices = fc.array(fc.subarray(['h0', 'h1', 'h2', 'h3']), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(choices, async (steps) => {
        const arrange = createCollapser();
        for (const hosts of steps) {
          const corners = [...(await arrange(...hosts)).values()];
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
