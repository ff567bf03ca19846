import { expect, test } from 'vitest';
import { buildGraph } from '../../graph/build/build-graph.ts';
import { markDeviations } from '../../graph/compare/mark-deviations.ts';
import { endpoint, halfEdge } from '../../graph/fixtures/half-edges.fixture.ts';
import { atLevel, collapse, findGroups } from '../../graph/levels/levels.ts';
import type { Graph } from '../../graph/model/graph.ts';
import type { HalfEdge } from '../../graph/model/half-edge.ts';
import { listenerOf, nameNodes, pairOf, portOf, subtitleOf, titleAtHost } from './node-texts.ts';

function texts(each: HalfEdge) {
  const graph = buildGraph([each], []);
  const [edge] = graph.edges;
  const nodeOf = (key: string | undefined) => graph.nodes.find((node) => node.key === key);
  const [source, target] = [nodeOf(edge?.source), nodeOf(edge?.target)];
  return edge && source && target && [pairOf(edge, source, target), portOf(edge), listenerOf(edge)];
}

test.each([
  ['TCP', halfEdge('outbound', 'a@h', 'b@h'), ['a → b', ':80', '80']],
  ['UDP', halfEdge('outbound', 'a@h', 'b@h', {}, { transport: 'udp' }), ['a → b', ':80/udp', '80']],
  [
    'a Unix socket',
    halfEdge('outbound', 'a@h', 'b@h//run/b\u202e', {}, { transport: 'unix', port: '' }),
    ['a → b', 'unix', '/run/b\ufffd'],
  ],
  ['many in one', halfEdge('outbound', 'a@h', 'other', {}, { port: '' }), ['a → other', '', '']],
  [
    'a port that is none',
    halfEdge('outbound', 'a@h', 'b@h', {}, { port: '\u202e8' }),
    ['a → b', ':\ufffd8', '\ufffd8'],
  ],
  [
    'a class of ports',
    halfEdge('outbound', 'a@h', 'b@h', {}, { port: 'many', transport: 'udp' }),
    ['a → b', 'many ports/udp', 'many ports'],
  ],
  ['an unknown direction', halfEdge('unknown', 'a@h/10.0.0.1', 'b@h/10.0.0.2'), ['a — b', ':80', '80']],
])('an edge over %s reads well', (_title, each, expected) => {
  expect(texts(each)).toEqual(expected);
});

test('a node that represents several shows their number', () => {
  const fine = buildGraph([halfEdge('outbound', 'a@h1', 'b@h2'), halfEdge('outbound', 'a@h1', 'c@h2')], []);
  const texts = (level: 'host' | 'service') =>
    atLevel(fine, level).nodes.map((node) => `${node.title}: ${subtitleOf(node, 'host')}`);
  expect(texts('host')).toEqual(['h1: 1 service', 'h2: 2 services']);
  expect(atLevel(fine, 'host').nodes.map(titleAtHost)).toEqual(['h1', 'h2']);
  expect(fine.nodes.map(titleAtHost)).toEqual(['a · h1', 'b · h2', 'c · h2']);
  expect(texts('service')).toEqual(['a: 1 instance', 'b: 1 instance', 'c: 1 instance']);
});

test('a collapsed group shows the number of its members, whatever text the options select', () => {
  const fine = buildGraph(
    [halfEdge('outbound', endpoint('a@h1', { site: 's' }), endpoint('b@h2', { site: 's' }))],
    [],
  );
  const collapsed = (graph: Graph) => {
    const { nodes } = collapse(graph, 'site', new Set(findGroups(graph, 'site').groups.keys()));
    return nodes.map((node) => subtitleOf(node, 'process'));
  };
  expect(collapsed(fine)).toEqual(['2 services']);
  expect(collapsed(atLevel(fine, 'host'))).toEqual(['2 hosts']);
});

test('a service that only rules name is shown as not observed, at any level', () => {
  const named = {
    transport: 'tcp',
    port: '80',
    source: 'web',
    sourceSite: '',
    target: 'queue',
    targetSite: '',
  };
  const observed = buildGraph([halfEdge('outbound', 'web@h1', 'api@h2')], []);
  const graph = markDeviations(observed, { missing: [named], unexpected: [], unread: 0 });
  for (const level of ['instance', 'service'] as const) {
    const queue = atLevel(graph, level).nodes.find(({ title }) => title === 'queue');
    expect(queue && subtitleOf(queue, 'host')).toBe('not observed');
  }
});

test('an unnamed node is shown as what it is', () => {
  const graph = buildGraph([halfEdge('outbound', '@h1', '/'), halfEdge('outbound', 'web@h1', 'api@h2')], []);
  const titles = (named: Graph) => nameNodes(named).nodes.map(({ title }) => title);
  expect(titles(graph).toSorted()).toEqual(['api', 'unknown peer', 'unknown process', 'web']);
  expect(titles(atLevel(graph, 'site'))).toContain('external peers');
});
