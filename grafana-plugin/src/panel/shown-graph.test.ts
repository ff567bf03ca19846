import { describe, expect, test } from 'vitest';
import { buildGraph } from '../graph/build-graph.ts';
import type { Graph } from '../graph/graph.ts';
import { half } from '../graph/halves.fixture.ts';
import { collect } from '../graph/levels/levels.ts';
import { MOST_PARTNERS, type ShownBy, shownGraph } from './shown-graph.ts';

const ALL: ShownBy = {
  hideIdle: false,
  muteHubs: false,
  focus: null,
  states: [],
  frames: 'none',
  collapsed: [],
};
const shown = (graph: Graph, options: Partial<ShownBy>) => shownGraph(graph, { ...ALL, ...options }).graph;
const chain = buildGraph(
  [half('outbound', 'a@h', 'b@h'), half('outbound', 'b@h', 'c@h'), half('outbound', 'c@h', 'd@h')],
  [],
);
const keyOf = (graph: Graph, title: string) => graph.nodes.find((node) => node.title === title)?.key ?? '';
const titles = ({ nodes }: Graph) => nodes.map(({ title }) => title).join('');

test('without any wish all is shown', () => {
  expect(shown(chain, {})).toEqual(chain);
});

test('a focus shows what is within its hops, its way', () => {
  const node = keyOf(chain, 'b');
  const focus = { node, hops: 1 };
  expect(titles(shown(chain, { focus: { ...focus, way: 'up' } }))).toBe('ab');
  expect(titles(shown(chain, { focus: { ...focus, way: 'down' } }))).toBe('bc');
  expect(titles(shown(chain, { focus: { ...focus, way: 'down', hops: 2 } }))).toBe('bcd');
});

test('a path shows what lies between', () => {
  const focus = { node: keyOf(chain, 'a'), to: keyOf(chain, 'c'), way: 'both', hops: 1 } as const;
  expect(titles(shown(chain, { focus }))).toBe('abc');
});

test('a focus on what is gone hides nothing', () => {
  expect(shown(chain, { focus: { node: 'gone', way: 'both', hops: 1 } })).toEqual(chain);
});

test('hubs are muted, unless the focus is on them', () => {
  const spokes = Array.from({ length: MOST_PARTNERS + 1 }, (_, i) => half('outbound', 'hub@h', `s${i}@h`));
  const graph = buildGraph([...spokes, half('outbound', 's0@h', 's1@h')], []);
  expect(titles(shown(graph, { muteHubs: true }))).toBe('s0s1');
  const focus = { node: keyOf(graph, 'hub'), way: 'down', hops: 1 } as const;
  expect(shown(graph, { muteHubs: true, focus }).nodes).toHaveLength(MOST_PARTNERS + 2);
});

test('of states only those wanted are shown', () => {
  const [first, ...rest] = chain.edges;
  const graph: Graph = { ...chain, edges: first ? [{ ...first, states: ['new'] }, ...rest] : [] };
  expect(titles(shown(graph, { states: ['new', 'missing'] }))).toBe('ab');
});

describe('with groups', () => {
  const graph = buildGraph(
    [half('outbound', 'a@h1', 'b@h2'), half('outbound', 'b@h2', 'c@h2'), half('outbound', 'c@h2', 'd@h3')],
    [],
  );
  const host = [...collect(graph, 'host').groups.values()].find(({ title }) => title === 'h2')?.key ?? '';
  const frames = 'host';

  test('collapsed ones are one node, while they are framed', () => {
    expect(titles(shown(graph, { frames, collapsed: [host] }))).toBe('h2ad');
    expect(titles(shown(graph, { frames: 'site', collapsed: [host] }))).toBe('abcd');
    expect(titles(shownGraph(graph, { ...ALL, frames, collapsed: [host] }).open)).toBe('abcd');
  });

  test('a focus stays on what is collapsed, or opened again', () => {
    const focus = { node: keyOf(graph, 'b'), way: 'up', hops: 1 } as const;
    expect(titles(shown(graph, { frames, collapsed: [host], focus }))).toBe('h2a');
    expect(titles(shown(graph, { frames, focus: { ...focus, node: host } }))).toBe('abc');
    const path = { node: keyOf(graph, 'a'), to: keyOf(graph, 'c'), way: 'both', hops: 1 } as const;
    expect(titles(shown(graph, { frames, collapsed: [host], focus: path }))).toBe('h2a');
  });
});
