import { describe, expect, test } from 'vitest';
import { buildGraph } from '../../graph/build/build-graph.ts';
import { halfEdge } from '../../graph/fixtures/half-edges.fixture.ts';
import { findGroups } from '../../graph/levels/levels.ts';
import type { Graph } from '../../graph/model/graph.ts';
import { type VisibilityOptions, visibleGraph } from './visible-graph.ts';

const ALL: VisibilityOptions = {
  hideIdle: false,
  muteHubs: false,
  shownHubs: [],
  hidden: [],
  focus: null,
  states: [],
  frames: 'none',
  collapsed: [],
};
const shown = (graph: Graph, options: Partial<VisibilityOptions>) =>
  visibleGraph(graph, { ...ALL, ...options }).graph;
const chain = buildGraph(
  [
    halfEdge('outbound', 'a@h', 'b@h'),
    halfEdge('outbound', 'b@h', 'c@h'),
    halfEdge('outbound', 'c@h', 'd@h'),
  ],
  [],
);
const keyOf = (graph: Graph, title: string) => graph.nodes.find((node) => node.title === title)?.key ?? '';
const titles = ({ nodes }: Graph) => nodes.map(({ title }) => title).join('');

test('default options show the whole graph', () => {
  expect(shown(chain, {})).toEqual(chain);
});

test('a focus shows the nodes within its hops in its direction', () => {
  const node = keyOf(chain, 'b');
  const focus = { node, hops: 1 };
  expect(titles(shown(chain, { focus: { ...focus, way: 'up' } }))).toBe('ab');
  expect(titles(shown(chain, { focus: { ...focus, way: 'down' } }))).toBe('bc');
  expect(titles(shown(chain, { focus: { ...focus, way: 'down', hops: 2 } }))).toBe('bcd');
});

test('a path shows the nodes between its two ends', () => {
  const focus = { node: keyOf(chain, 'a'), to: keyOf(chain, 'c'), way: 'both', hops: 1 } as const;
  expect(titles(shown(chain, { focus }))).toBe('abc');
});

test('a focus on a node that is gone hides nothing', () => {
  expect(shown(chain, { focus: { node: 'gone', way: 'both', hops: 1 } })).toEqual(chain);
});

describe('hubs', () => {
  const spokes = Array.from({ length: 9 }, (_, i) => halfEdge('outbound', 'hub@h', `s${i}@h`));
  const graph = buildGraph([...spokes, halfEdge('outbound', 's0@h', 's1@h')], []);
  const hub = keyOf(graph, 'hub');

  test('are hidden and listed', () => {
    const quiet = visibleGraph(graph, { ...ALL, muteHubs: true });
    expect(titles(quiet.graph)).toBe('s0s1');
    expect(quiet).toMatchObject({ hubs: [{ key: hub, degree: 9 }], lonely: 7, mostPartners: 8 });
  });

  test('have more neighbours than the threshold of the options', () => {
    expect(titles(shown(graph, { muteHubs: true, hubPartners: 9 }))).toHaveLength(titles(graph).length);
    expect(visibleGraph(graph, { ...ALL, muteHubs: true, hubPartners: 1 }).hubs).toHaveLength(3);
  });

  test('are shown if they have the focus or the user shows them again', () => {
    const focus = { node: hub, way: 'down', hops: 1 } as const;
    expect(shown(graph, { muteHubs: true, focus }).nodes).toHaveLength(10);
    expect(visibleGraph(graph, { ...ALL, muteHubs: true, shownHubs: [hub] })).toMatchObject({
      graph,
      hubs: [],
    });
  });
});

describe('a node that the user has hidden', () => {
  test('is left out, and listed while it is in the range', () => {
    const [b, gone] = [keyOf(chain, 'b'), 'gone'];
    const { graph, hidden } = visibleGraph(chain, { ...ALL, hidden: [b, gone] });
    expect(titles(graph)).toBe('cd');
    expect(hidden).toEqual([b]);
  });

  test('can be a group while it is framed', () => {
    const graph = buildGraph(
      [halfEdge('outbound', 'a@h1', 'b@h2'), halfEdge('outbound', 'c@h3', 'a@h1')],
      [],
    );
    const host =
      [...findGroups(graph, 'host').groups.values()].find(({ title }) => title === 'h2')?.key ?? '';
    expect(visibleGraph(graph, { ...ALL, frames: 'host', hidden: [host] })).toMatchObject({ hidden: [host] });
    expect(titles(shown(graph, { frames: 'host', hidden: [host] }))).toBe('ac');
    expect(titles(shown(graph, { hidden: [host] }))).toBe('abc');
  });
});

test('a filter by states shows only edges in these states', () => {
  const [first, ...rest] = chain.edges;
  const graph: Graph = { ...chain, edges: first ? [{ ...first, states: ['new'] }, ...rest] : [] };
  expect(titles(shown(graph, { states: ['new', 'missing'] }))).toBe('ab');
});

describe('with groups', () => {
  const graph = buildGraph(
    [
      halfEdge('outbound', 'a@h1', 'b@h2'),
      halfEdge('outbound', 'b@h2', 'c@h2'),
      halfEdge('outbound', 'c@h2', 'd@h3'),
    ],
    [],
  );
  const host = [...findGroups(graph, 'host').groups.values()].find(({ title }) => title === 'h2')?.key ?? '';
  const frames = 'host';

  test('a collapsed group is one node while it is framed', () => {
    expect(titles(shown(graph, { frames, collapsed: [host] }))).toBe('h2ad');
    expect(titles(shown(graph, { frames: 'site', collapsed: [host] }))).toBe('abcd');
    expect(titles(visibleGraph(graph, { ...ALL, frames, collapsed: [host] }).open)).toBe('abcd');
  });

  test('a focus stays on a node whose group is collapsed or expanded', () => {
    const focus = { node: keyOf(graph, 'b'), way: 'up', hops: 1 } as const;
    expect(titles(shown(graph, { frames, collapsed: [host], focus }))).toBe('h2a');
    expect(titles(shown(graph, { frames, focus: { ...focus, node: host } }))).toBe('abc');
    const path = { node: keyOf(graph, 'a'), to: keyOf(graph, 'c'), way: 'both', hops: 1 } as const;
    expect(titles(shown(graph, { frames, collapsed: [host], focus: path }))).toBe('h2a');
  });
});
