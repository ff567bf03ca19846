import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { cpuTime } from '../fixtures/cpu-time.fixture.ts';
import { halfEdge } from '../fixtures/half-edges.fixture.ts';
import type { Graph } from '../model/graph.ts';
import { findHubs, hideIdle, muteNodes } from './declutter.ts';
import { focusOn } from './neighbours.ts';
import { pathsBetween } from './paths.ts';

/** Creates a graph from `a>b b>c`; `a-b` is an edge of unknown direction. */
const graphOf = (text: string, opened = 1): Graph =>
  buildGraph(
    text.split(' ').map((pair) => {
      const [, from, sign, to] = /^(\w+)([->])(\w+)$/.exec(pair) ?? [];
      return halfEdge(sign === '>' ? 'outbound' : 'unknown', `${from}@h/127.0.0.1`, `${to}@h/127.0.0.1`, {
        opened,
        transmit: 0,
      });
    }),
    [],
  );
const keyOf = (title: string) => JSON.stringify(['service', title, 'h']);
const titles = (graph: Graph) => graph.nodes.map(({ title }) => title).join('');
const pairs = (graph: Graph) =>
  graph.edges.map(({ source, target }) => `${JSON.parse(source)[1]}${JSON.parse(target)[1]}`).join(' ');

describe('focus', () => {
  const chain = graphOf('a>b b>c c>d x>c b>y');
  test.each([
    ['down', 1, 'bcy'],
    ['down', 2, 'bcdy'],
    ['up', 9, 'ab'],
    ['both', 1, 'abcy'],
    ['both', 9, 'abcdy'],
    ['both', 0, 'b'],
  ] as const)('%s, %i hops', (way, hops, expected) => {
    expect(titles(focusOn(chain, [keyOf('b')], way, hops))).toBe(expected);
  });

  test('follows edges of unknown direction both ways, and terminates in a cycle', () => {
    expect(titles(focusOn(graphOf('a-b b-c c-a'), [keyOf('b')], 'down', 99))).toBe('abc');
    expect(titles(focusOn(chain, ['gone'], 'both', 3))).toBe('');
  });
});

describe('paths', () => {
  const net = graphOf('a>b b>d a>c c>d d>e a>e b>a x>y');
  const path = (from: string, to: string, which: 'shortest' | 'all', longest?: number) =>
    pathsBetween(net, keyOf(from), keyOf(to), which, longest);

  test('are the shortest, or all simple paths within a maximum length', () => {
    expect(pairs(path('a', 'd', 'shortest').graph)).toBe('ab ac bd cd');
    expect(pairs(path('a', 'e', 'shortest').graph)).toBe('ae');
    expect(pairs(path('a', 'e', 'all').graph)).toBe('ab ac ae bd cd de');
    expect(pairs(path('a', 'e', 'all', 2).graph)).toBe('ae');
    expect(path('a', 'd', 'all')).toMatchObject({ shortest: 2, more: false });
  });

  test('follow dependencies in their direction only', () => {
    expect(path('e', 'a', 'all')).toEqual({
      graph: { nodes: [], edges: [] },
      shortest: undefined,
      more: false,
    });
    expect(path('a', 'a', 'all').shortest).toBeUndefined();
  });

  test('are reported as incomplete if there are too many', () => {
    const names = Array.from({ length: 14 }, (_, i) => `n${i}`);
    const clique = graphOf(
      names.flatMap((a) => names.filter((b) => b !== a).map((b) => `${a}>${b}`)).join(' '),
    );
    const spent = cpuTime(() =>
      expect(pathsBetween(clique, keyOf('n0'), keyOf('n1'), 'all').more).toBe(true),
    );
    expect(spent).toBeLessThan(2000);
    expect(pairs(pathsBetween(clique, keyOf('n0'), keyOf('n1'), 'shortest').graph)).toBe('n0n1');
  });

  test('that are shortest are among all paths, in any graph', () => {
    const pair = fc.tuple(
      fc.constantFrom(...'abcdef'),
      fc.constantFrom(...'>-'),
      fc.constantFrom(...'abcdef'),
    );
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 14 }), (edges) => {
        const graph = graphOf(edges.map((each) => each.join('')).join(' '));
        const [few, all] = (['shortest', 'all'] as const).map((which) =>
          pathsBetween(graph, keyOf('a'), keyOf('b'), which),
        );
        const keys = new Set(all?.graph.edges.map(({ key }) => key));
        for (const { key } of few?.graph.edges ?? []) expect(keys.has(key)).toBe(true);
        expect(few?.graph.edges.length === 0).toBe(all?.graph.edges.length === 0);
      }),
    );
  });
});

test('hubs are the nodes with many neighbours, and muting removes them with their edges', () => {
  const graph = graphOf('p>a p>b p>c p>d a>b b>a');
  expect(findHubs(graph, 3)).toEqual([{ key: keyOf('p'), degree: 4 }]);
  expect(findHubs(graph, 4)).toEqual([]);
  const rest = muteNodes(graph, new Set([keyOf('p')]));
  expect([titles(rest), pairs(rest)]).toEqual(['ab', 'ab ba']);
});

test('idle edges are hidden with the nodes that have no other edges', () => {
  expect(hideIdle(graphOf('a>b', 0))).toEqual({ nodes: [], edges: [] });
  const busy = graphOf('a>b', 1);
  expect(hideIdle(busy)).toEqual(busy);
  const idle = graphOf('a>b', 0);
  const missing: Graph = { ...idle, edges: idle.edges.map((edge) => ({ ...edge, states: ['idle', 'new'] })) };
  expect(hideIdle(missing).edges).toHaveLength(1);
});
