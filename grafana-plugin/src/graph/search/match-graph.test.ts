import { expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { endpoint, halfEdge, listener } from '../fixtures/half-edges.fixture.ts';
import { matchGraph } from './match-graph.ts';
import { parseQuery } from './parse-query.ts';

const at = (text: string, site: string, process?: string) =>
  endpoint(text, { site, ...(process && { process, pid: '42' }) });
const graph = buildGraph(
  [
    halfEdge('outbound', at('web@front/10.0.0.1', 'tokyo', 'nginx'), '/10.0.0.2', {
      opened: 100,
      failed: 0,
      rtt: 0.0004,
    }),
    halfEdge('inbound', '/10.0.0.1', at('api@back/10.0.0.2', 'osaka', 'node'), { opened: 100 }),
    halfEdge(
      'outbound',
      at('api@back/10.0.0.2', 'osaka', 'node'),
      endpoint('/10.0.0.3', { service: 'db.example.com', kind: 'dns' }),
      { opened: 3, failed: 2, rtt: 0.02, transmit: 2_000_000, receive: 0 },
      { port: '5432' },
    ),
    halfEdge(
      'outbound',
      at('cron@back/10.0.0.2', 'osaka'),
      '/10.0.0.1',
      { opened: 0, receive: 0 },
      { port: '9' },
    ),
  ],
  [listener('web@front/10.0.0.1', '9')],
);

function find(text: string) {
  const query = parseQuery(text);
  if ('fault' in query) throw new Error(query.fault.code);
  const { nodes, edges } = matchGraph(graph, query);
  return {
    nodes: graph.nodes.filter(({ key }) => nodes.has(key)).map(({ title }) => title),
    ports: graph.edges.filter(({ key }) => edges.has(key)).map(({ port }) => port),
  };
}

test.each([
  ['', ['cron', 'db.example.com', 'web', 'api'], ['80', '5432', '9']],
  ['service:api', ['api'], ['80', '5432']],
  ['service=ap', [], []],
  ['API', ['api'], ['80', '5432']],
  ['site:tokyo', ['web'], ['80', '9']],
  ['host:ba', ['api', 'cron'], ['80', '5432', '9']],
  ['process:nginx', ['web'], ['80', '9']],
  ['pid:4', [], []],
  ['pid:42', ['api', 'web'], ['80', '5432', '9']],
  ['address:10.0.0.3', ['db.example.com'], ['5432']],
  ['port:5432', ['api', 'db.example.com'], ['5432']],
  ['port:54', [], []],
  ['failed>0', ['api', 'db.example.com'], ['5432']],
  ['rtt>5ms', ['api', 'db.example.com'], ['5432']],
  ['rtt<=400us', ['api', 'web'], ['80']],
  ['opened>=100', ['api', 'web'], ['80']],
  ['bytes>1.9MB', ['api', 'db.example.com'], ['5432']],
  ['state:idle', ['cron', 'web'], ['9']],
  ['seen:both', ['api', 'web'], ['80']],
  ['-service:api', ['cron', 'db.example.com', 'web'], ['9']],
  ['service:api failed>0', ['api'], ['5432']],
  ['service:cron or port:5432', ['api', 'cron', 'db.example.com'], ['5432', '9']],
  ['from:web to:api', ['api', 'web'], ['80']],
  ['to:web', ['cron', 'web'], ['9']],
])('%j matches', (text, nodes, ports) => {
  const found = find(text);
  expect(found.nodes.toSorted()).toEqual(nodes.toSorted());
  expect(found.ports.toSorted()).toEqual(ports.toSorted());
});

test('a class of ports is found as a port', () => {
  const scan = halfEdge('outbound', 'nmap@h1/10.0.0.1', '/10.0.0.2', { failed: 101 }, { port: 'many' });
  const query = parseQuery('port:many');
  if ('fault' in query) throw new Error(query.fault.code);
  expect(matchGraph(buildGraph([scan], []), query).edges.size).toBe(1);
});
