import { expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { halfEdge } from '../fixtures/half-edges.fixture.ts';
import { collapse, findGroups } from '../levels/levels.ts';
import { matchDrawn } from './match-drawn.ts';
import { parseQuery } from './parse-query.ts';

const open = buildGraph(
  [
    halfEdge('outbound', 'web@h1', 'api@h2', {}, { port: '80' }),
    halfEdge('outbound', 'cron@h1', 'db@h2', {}, { port: '5432' }),
    halfEdge('outbound', 'api@h2', 'mail@h3', {}, { port: '25' }),
  ],
  [],
);

function find(text: string, hosts: readonly string[]) {
  const query = parseQuery(text);
  if ('fault' in query) throw new Error(query.fault.code);
  const groups = [...findGroups(open, 'host').groups.values()].filter(({ title }) => hosts.includes(title));
  const drawn = collapse(open, 'host', new Set(groups.map(({ key }) => key)));
  const { nodes, edges } = matchDrawn(drawn, open, query);
  const titleOf = (key: string) => drawn.nodes.find((node) => node.key === key)?.title ?? '?';
  return [
    [...nodes].map(titleOf),
    drawn.edges
      .filter(({ key }) => edges.has(key))
      .map(({ source, target }) => `${titleOf(source)}>${titleOf(target)}`),
  ];
}

test.each([
  ['api', [], [['api'], ['web>api', 'api>mail']]],
  ['api', ['h2'], [['h2'], ['h2>mail', 'web>h2']]],
  ['db', ['h2'], [['h2'], ['cron>h2']]],
  ['from:web to:db', ['h1', 'h2'], [[], []]],
  ['from:web to:api', ['h1', 'h2'], [['h1', 'h2'], ['h1>h2']]],
  ['port:25', ['h2'], [['h2', 'mail'], ['h2>mail']]],
] as const)('%s is found with %s collapsed', (text, hosts, expected) => {
  expect(find(text, hosts).map((titles) => titles.toSorted())).toEqual(
    expected.map((titles) => titles.toSorted()),
  );
});
