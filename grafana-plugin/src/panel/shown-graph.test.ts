import { expect, test } from 'vitest';
import { buildGraph } from '../graph/build-graph.ts';
import type { Graph } from '../graph/graph.ts';
import { half } from '../graph/halves.fixture.ts';
import { MOST_PARTNERS, shownGraph } from './shown-graph.ts';

const ALL = { hideIdle: false, muteHubs: false, focus: null, states: [] };
const chain = buildGraph(
  [half('outbound', 'a@h', 'b@h'), half('outbound', 'b@h', 'c@h'), half('outbound', 'c@h', 'd@h')],
  [],
);
const keyOf = (graph: Graph, title: string) => graph.nodes.find((node) => node.title === title)?.key ?? '';
const titles = ({ nodes }: Graph) => nodes.map(({ title }) => title).join('');

test('without any wish all is shown', () => {
  expect(shownGraph(chain, ALL)).toEqual(chain);
});

test('a focus shows what is within its hops, its way', () => {
  const node = keyOf(chain, 'b');
  const focus = { node, hops: 1 };
  expect(titles(shownGraph(chain, { ...ALL, focus: { ...focus, way: 'up' } }))).toBe('ab');
  expect(titles(shownGraph(chain, { ...ALL, focus: { ...focus, way: 'down' } }))).toBe('bc');
  expect(titles(shownGraph(chain, { ...ALL, focus: { ...focus, way: 'down', hops: 2 } }))).toBe('bcd');
});

test('a path shows what lies between', () => {
  const focus = { node: keyOf(chain, 'a'), to: keyOf(chain, 'c'), way: 'both', hops: 1 } as const;
  expect(titles(shownGraph(chain, { ...ALL, focus }))).toBe('abc');
});

test('a focus on what is gone hides nothing', () => {
  expect(shownGraph(chain, { ...ALL, focus: { node: 'gone', way: 'both', hops: 1 } })).toEqual(chain);
});

test('hubs are muted, unless the focus is on them', () => {
  const spokes = Array.from({ length: MOST_PARTNERS + 1 }, (_, i) => half('outbound', 'hub@h', `s${i}@h`));
  const graph = buildGraph([...spokes, half('outbound', 's0@h', 's1@h')], []);
  expect(titles(shownGraph(graph, { ...ALL, muteHubs: true }))).toBe('s0s1');
  const focus = { node: keyOf(graph, 'hub'), way: 'down', hops: 1 } as const;
  expect(shownGraph(graph, { ...ALL, muteHubs: true, focus }).nodes).toHaveLength(MOST_PARTNERS + 2);
});

test('of states only those wanted are shown', () => {
  const [first, ...rest] = chain.edges;
  const graph: Graph = { ...chain, edges: first ? [{ ...first, states: ['new'] }, ...rest] : [] };
  expect(titles(shownGraph(graph, { ...ALL, states: ['new', 'missing'] }))).toBe('ab');
});
