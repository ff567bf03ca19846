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

test('a node is announced with its host, its neighbors, its failures and its states', () => {
  const api = node('api');
  expect(api && spokenNode(graph, api)).toBe(
    'api on b, used by 2, depends on 1, exchanges traffic with 1, 1 failing, 1 new',
  );
  const web = node('web');
  expect(web && spokenNode(graph, web)).toBe('web on a, depends on 1, 1 failing');
});

test('an edge is announced with its label and its states', () => {
  const edge = edgeTo('db');
  expect(edge && spokenEdge(graph, edge, ':80 · 4 KiB')).toBe('api depends on db, :80 · 4 KiB, new');
});

test('the graph is announced by its numbers of nodes and dependencies', () => {
  expect(spokenGraph(graph)).toBe('Shown: 5 nodes, 4 dependencies, 1 failing, 1 new');
});

test('a very long name is shortened and its invisible characters are made visible', () => {
  const long = buildGraph([halfEdge('outbound', `\u202E${'x'.repeat(10_000)}@h`, 'db@c')], []);
  const hostile = long.nodes.find(({ title }) => title.length > 1000);
  const spoken = hostile ? spokenNode(long, hostile) : '';
  expect(spoken.length).toBeLessThan(120);
  expect(spoken).toMatch(/^\uFFFDx+…x+ on h, depends on 1$/);
});
