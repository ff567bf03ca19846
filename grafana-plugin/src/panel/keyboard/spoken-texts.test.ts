import { expect, test } from 'vitest';
import { buildGraph } from '../../graph/build/build-graph.ts';
import { halfEdge } from '../../graph/fixtures/half-edges.fixture.ts';
import { spokenEdge, spokenGraph, spokenNode } from './spoken-texts.ts';

const built = buildGraph(
  [
    halfEdge('outbound', 'web@a', 'api@b', { failed: 2 }),
    halfEdge('outbound', 'cron@a', 'api@b'),
    halfEdge('outbound', 'api@b', 'db@c'),
    halfEdge('unknown', 'api@b', 'peer@d'),
  ],
  [],
);
const graph = {
  ...built,
  edges: built.edges.map((edge) =>
    edge.target.includes('db') ? { ...edge, states: ['new' as const] } : edge,
  ),
};
const node = (title: string) => graph.nodes.find((each) => each.title === title);
const edgeTo = (title: string) => graph.edges.find(({ target }) => target === node(title)?.key);

test('a node is told with its host, who asks it, whom it asks, and what is wrong', () => {
  const api = node('api');
  expect(api && spokenNode(graph, api)).toBe('api on b, asked by 2, asks 1, talks with 1, 1 failing, 1 new');
  const web = node('web');
  expect(web && spokenNode(graph, web)).toBe('web on a, asks 1, 1 failing');
});

test('an edge is told with what is written on it, and its states', () => {
  const edge = edgeTo('db');
  expect(edge && spokenEdge(graph, edge, ':80 · 4 KiB')).toBe('api asks db, :80 · 4 KiB, new');
});

test('the graph is told by how much there is', () => {
  expect(spokenGraph(graph)).toBe('Shown: 5 nodes, 4 dependencies, 1 failing, 1 new');
});

test('a name that nobody would listen to is cut, and shows what it hides', () => {
  const long = buildGraph([halfEdge('outbound', `\u202E${'x'.repeat(10_000)}@h`, 'db@c')], []);
  const hostile = long.nodes.find(({ title }) => title.length > 1000);
  const spoken = hostile ? spokenNode(long, hostile) : '';
  expect(spoken.length).toBeLessThan(120);
  expect(spoken).toMatch(/^\uFFFDx+…x+ on h, asks 1$/);
});
