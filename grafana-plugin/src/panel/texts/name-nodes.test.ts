import { expect, test } from 'vitest';
import { buildGraph } from '../../graph/build-graph.ts';
import { half } from '../../graph/halves.fixture.ts';
import { atLevel } from '../../graph/levels/levels.ts';
import { nameNodes } from './name-nodes.ts';

const graph = buildGraph([half('outbound', '@h1', '/'), half('outbound', 'web@h1', 'api@h2')], []);
const titles = (named: typeof graph) => nameNodes(named).nodes.map(({ title }) => title);

test('what nobody knows a name for has a word in its place', () => {
  expect(titles(graph).toSorted()).toEqual(['api', 'unknown peer', 'unknown process', 'web']);
  expect(titles(atLevel(graph, 'site'))).toContain('external peers');
});
