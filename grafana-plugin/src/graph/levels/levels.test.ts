import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { cpuTime } from '../fixtures/cpu-time.fixture.ts';
import { endpoint, halfEdge } from '../fixtures/half-edges.fixture.ts';
import { largeGraph } from '../fixtures/large-graph.fixture.ts';
import type { Graph, GraphEdge } from '../model/graph.ts';
import type { HalfEdge } from '../model/half-edge.ts';
import { atLevel, collapse, findGroups, type Level } from './levels.ts';

const at = (text: string, site: string) => endpoint(text, { site });
/** web on two hosts in Tokyo calls api in Osaka, which calls a peer without an exporter. */
const halfEdges = [
  halfEdge('outbound', at('web@t1/10.0.0.1', 'tokyo'), '/10.1.0.1', { opened: 10, open: 9, rtt: 0.01 }),
  halfEdge('outbound', at('web@t2/10.0.0.2', 'tokyo'), '/10.1.0.1', { opened: 5, open: 1, rtt: 0.02 }),
  halfEdge('inbound', '/10.0.0.1', at('api@o1/10.1.0.1', 'osaka'), { opened: 10 }),
  halfEdge('inbound', '/10.0.0.2', at('api@o1/10.1.0.1', 'osaka'), { opened: 5 }),
  halfEdge(
    'outbound',
    at('web@t1/10.0.0.1', 'tokyo'),
    at('cache@t1/127.0.0.1', 'tokyo'),
    { opened: 7 },
    { port: '6379' },
  ),
  halfEdge(
    'outbound',
    at('api@o1/10.1.0.1', 'osaka'),
    endpoint('/192.0.2.1', { kind: 'internet' }),
    { opened: 1 },
    { port: '443' },
  ),
];
const show = ({ nodes, edges }: Graph) => {
  const title = (key: string) => nodes.find((node) => node.key === key)?.title ?? '?';
  return edges.map(
    ({ source, target, port, figures }) => `${title(source)}>${title(target)}:${port} ${figures.opened}`,
  );
};

const graphAtLevel = (halfEdges: readonly HalfEdge[], level: Level) =>
  level === 'process'
    ? buildGraph(halfEdges, [], { byProcess: true })
    : atLevel(buildGraph(halfEdges, []), level);

test('services are at the site and on the host where all their instances are', () => {
  const services = graphAtLevel(halfEdges, 'service');
  const placesOf = (title: string) => {
    const node = services.nodes.find((each) => each.title === title);
    return [node?.site, node?.host];
  };
  expect(['web', 'api', 'cache'].map(placesOf)).toEqual([
    ['tokyo', ''],
    ['osaka', 'o1'],
    ['tokyo', 't1'],
  ]);
  const framed = (by: 'site' | 'host') =>
    [...findGroups(services, by).groups.values()].map(({ title }) => title);
  expect([framed('site').toSorted(), framed('host').toSorted()]).toEqual([
    ['osaka', 'tokyo'],
    ['o1', 't1'],
  ]);

  const elsewhere = halfEdge('outbound', at('web@n1/10.2.0.1', 'nagoya'), '/10.1.0.1', {}, { port: '81' });
  const spread = graphAtLevel([...halfEdges, elsewhere], 'service');
  expect(spread.nodes.find(({ title }) => title === 'web')).toMatchObject({ site: '', host: '' });
});

describe('aggregated edges', () => {
  test.each([
    ['site', ['osaka>:443 1', 'tokyo>osaka:80 15']],
    ['host', ['o1>192.0.2.1:443 1', 't1>o1:80 10', 't2>o1:80 5']],
    ['service', ['api>192.0.2.1:443 1', 'web>api:80 15', 'web>cache:6379 7']],
    ['instance', ['api>192.0.2.1:443 1', 'web>api:80 10', 'web>api:80 5', 'web>cache:6379 7']],
    ['process', ['api>192.0.2.1:443 1', 'web>api:80 10', 'web>api:80 5', 'web>cache:6379 7']],
  ] as const)('are grouped by %s', (level, expected) => {
    const shown = show(graphAtLevel(halfEdges, level));
    expect(shown.toSorted()).toEqual(expected.toSorted());
  });

  test('have summed counts, round-trip times weighted by connections, and a list of their parts', () => {
    const [edge] = graphAtLevel(halfEdges, 'site').edges.filter(({ port }) => port === '80');
    expect(edge?.figures).toMatchObject({ opened: 15, open: 10, rtt: expect.closeTo(0.011, 6) });
    expect(edge?.atDestination).toMatchObject({ opened: 15 });
    expect(edge?.parts.map(({ figures }) => figures.opened).toSorted()).toEqual([10, 5]);
    expect(edge?.seenBy).toBe('both');
  });

  test('are reported by the endpoints that reported any of their parts', () => {
    const graph = buildGraph(
      [halfEdge('outbound', 'a@h1', 'b@h2'), halfEdge('outbound', 'c@h1', 'b@h2')],
      [],
    );
    const seenBy = (...ends: GraphEdge['seenBy'][]) => {
      const edges = graph.edges.map((edge, i) => ({ ...edge, seenBy: ends[i] ?? 'both' }));
      return atLevel({ ...graph, edges }, 'host').edges.map((edge) => edge.seenBy);
    };
    expect(seenBy('source', 'none')).toEqual(['source']);
    expect(seenBy('source', 'destination')).toEqual(['both']);
    expect(seenBy('none', 'none')).toEqual(['none']);
    expect(seenBy('unknown', 'none')).toEqual(['unknown']);
  });

  test('of several ports between two sites are one edge without a port', () => {
    const more = [
      ...halfEdges,
      halfEdge('outbound', at('web@t1/10.0.0.1', 'tokyo'), '/10.1.0.1', { opened: 1 }, { port: '81' }),
    ];
    const edges = graphAtLevel(more, 'site').edges.filter(({ source }) => source.includes('tokyo'));
    expect(edges.map(({ port, transport, figures }) => [port, transport, figures.opened])).toEqual([
      ['', 'tcp', 16],
    ]);
    const services = graphAtLevel(more, 'service').edges.filter(({ source }) => source.includes('web'));
    expect(services.map(({ port }) => port).toSorted()).toEqual(['6379', '80', '81']);
  });
});

describe('processes', () => {
  const worker = (process: string, pid: string) => endpoint('web@h1/10.0.0.1', { process, pid });
  const server = (process: string) => endpoint('api@h2/10.0.0.2', { process });

  test('of the reporting service are separate nodes', () => {
    const graph = graphAtLevel(
      [
        halfEdge('outbound', worker('nginx', '1'), '/10.0.0.2', { opened: 3 }),
        halfEdge('outbound', worker('php', '2'), '/10.0.0.2', { opened: 4 }),
        halfEdge('inbound', '/10.0.0.1', server('node'), { opened: 7 }),
      ],
      'process',
    );
    expect(show(graph).toSorted()).toEqual(['web / nginx>api / node:80 3', 'web / php>api / node:80 4']);
    // The server cannot distinguish the connections of the two.
    expect(graph.edges.map(({ atDestination }) => atDestination)).toEqual([undefined, undefined]);
  });

  test('of the remote endpoint share a node if no report distinguishes them', () => {
    const graph = graphAtLevel(
      [
        halfEdge('outbound', worker('nginx', '1'), '/10.0.0.2', { opened: 3 }),
        halfEdge('inbound', '/10.0.0.1', server('node'), { opened: 1 }),
        halfEdge('inbound', '/10.0.0.1', server('envoy'), { opened: 2 }),
        halfEdge('inbound', '/192.0.2.1', server('node'), { opened: 5 }),
        halfEdge('inbound', '/192.0.2.1', server('envoy'), { opened: 6 }),
      ],
      'process',
    );
    expect(show(graph).toSorted()).toEqual([
      '192.0.2.1>api / envoy:80 6',
      '192.0.2.1>api / node:80 5',
      'web / nginx>api / envoy, node:80 3',
    ]);
  });
});

describe('groups', () => {
  const graph = buildGraph(halfEdges, []);

  test('include every node that has a site', () => {
    const { groups, groupOf } = findGroups(graph, 'site');
    expect([...groups.values()].map(({ title }) => title).toSorted()).toEqual(['osaka', 'tokyo']);
    expect(groupOf.size).toBe(4);
  });

  test('collapse one by one, and the other nodes keep their keys', () => {
    const tokyo = [...findGroups(graph, 'site').groups.values()].find(({ title }) => title === 'tokyo');
    const collapsed = collapse(graph, 'site', new Set([tokyo?.key ?? '']));
    expect(show(collapsed).toSorted()).toEqual(['api>192.0.2.1:443 1', 'tokyo>api:80 15']);
    const node = collapsed.nodes.find(({ key }) => key === tokyo?.key);
    expect(node?.members).toHaveLength(3);
    expect(node?.collapsed?.map(({ title }) => title).toSorted()).toEqual(['cache', 'web', 'web']);
    const untouched = collapsed.edges.find(({ port }) => port === '443');
    expect(untouched).toBe(graph.edges.find(({ port }) => port === '443'));
    expect(collapse(graph, 'site', new Set())).toEqual(graph);
  });

  test('hide their inner edges when collapsed, also those of a service', () => {
    const mesh = buildGraph(
      [
        halfEdge('outbound', 'db@h1/10.0.0.1', 'db@h2/10.0.0.2'),
        halfEdge('outbound', 'web@h1/10.0.0.1', 'db@h2/10.0.0.2', { opened: 3 }),
        halfEdge('outbound', 'web@h3/10.0.0.3', 'db@h1/10.0.0.1', { opened: 4 }),
      ],
      [],
    );
    const database = [...findGroups(mesh, 'service').groups.keys()].filter((key) => key.includes('"db"'));
    const collapsed = collapse(mesh, 'service', new Set(database));
    expect(show(collapsed).toSorted()).toEqual(['web>db:80 3', 'web>db:80 4']);
  });

  test('that are nodes already are not changed', () => {
    const sites = atLevel(graph, 'site');
    const all = new Set(sites.nodes.map(({ key }) => key));
    expect(collapse(sites, 'site', all)).toEqual(sites);
  });

  test('have edges with the states that all parts have, and are changed if only some parts are new', () => {
    const marked = (states: (edge: GraphEdge) => GraphEdge['states']): Graph => ({
      ...graph,
      edges: graph.edges.map((edge) => ({ ...edge, states: states(edge) })),
    });
    const statesOf = (g: Graph) => atLevel(g, 'site').edges.find(({ port }) => port === '80')?.states;
    expect(statesOf(marked(() => ['new']))).toEqual(['new']);
    expect(statesOf(marked(({ source }) => (source.includes('t1') ? ['new', 'alerting'] : [])))).toEqual([
      'changed',
      'alerting',
    ]);
    expect(statesOf(marked(({ source }) => (source.includes('t1') ? ['idle'] : [])))).toEqual([]);
    expect(statesOf(marked(({ source }) => (source.includes('t1') ? ['missing'] : [])))).toEqual(['missing']);
  });
});

test('no connection between groups is lost or counted twice, at any level', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const anyHalfEdge = fc.record({ from: name, to: name, host: name, opened: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(anyHalfEdge, { maxLength: 12 }), (rows) => {
      const graph = buildGraph(
        rows.map(({ from, to, host, opened }, i) =>
          halfEdge(
            'outbound',
            at(`${from}@${host}/10.0.0.1`, host),
            `${to}@far/10.9.0.1`,
            { opened },
            { port: `${i % 3}` },
          ),
        ),
        [],
      );
      const sum = (edges: readonly GraphEdge[]) =>
        edges.reduce((total, { figures }) => total + (figures.opened ?? 0), 0);
      for (const level of ['host', 'service'] as const) {
        const coarse = atLevel(graph, level);
        const groupOf = (key: string) => coarse.nodes.find(({ members }) => members.includes(key))?.key;
        const kept = graph.edges.filter(
          ({ source, target }) => level === 'service' || groupOf(source) !== groupOf(target),
        );
        expect(sum(coarse.edges)).toBe(sum(kept));
      }
    }),
  );
});

test('10,000 instances and 50,000 edges are aggregated in well under a second', () => {
  const graph = largeGraph(10_000, 50_000);
  expect(cpuTime(() => expect(atLevel(graph, 'site').nodes.length).toBeLessThan(20))).toBeLessThan(1000);
});
