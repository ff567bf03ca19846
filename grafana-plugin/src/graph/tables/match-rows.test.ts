import { expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { endpoint, halfEdge } from '../fixtures/half-edges.fixture.ts';
import { atLevel, type Level } from '../levels/levels.ts';
import { rowMatchesEdge, rowMatchesEndpoint } from './match-rows.ts';

const web = endpoint('web@h1/10.0.0.1', { site: 'tokyo' });
const api = endpoint('api@h2/10.0.0.2', { site: 'osaka' });
const halfEdges = [
  halfEdge('outbound', web, endpoint('/10.0.0.2')),
  halfEdge('inbound', endpoint('/10.0.0.1'), api),
];
const fine = buildGraph(halfEdges, []);
/** The same with a second instance of web. */
const spread = buildGraph([...halfEdges, halfEdge('outbound', 'web@h3/10.0.0.3', '/10.0.0.2')], []);

const ROWS = {
  'by the source': { src_service: 'web', src_host: 'h1', dst_address: '10.0.0.2', dst_port: '80' },
  'by the destination': {
    src_address: '::ffff:10.0.0.1',
    dst_service: 'api',
    dst_host: 'h2',
    dst_port: '80',
  },
  'by a rule': { src_service: 'web', dst_service: 'api' },
  'of another port': { src_service: 'web', dst_service: 'api', dst_port: '81' },
  'of another service': { src_service: 'web', dst_service: 'db', dst_address: '10.0.0.2' },
  'of another host': { src_service: 'web', src_host: 'h9', dst_service: 'api' },
  'of another address': { src_service: 'web', dst_address: '10.0.0.9', dst_port: '80' },
  'of nothing': { alertname: 'Down' },
};

const cells = (row: Record<string, string>) => (label: string) => row[label] ?? '';

/** The rows that match the only edge at a level. */
function rowsOf(level: Exclude<Level, 'process'>, instances = fine): string[] {
  const graph = atLevel(instances, level);
  const [edge] = graph.edges;
  const nodeOf = (key?: string) => graph.nodes.find((node) => node.key === key);
  const [source, target] = [nodeOf(edge?.source), nodeOf(edge?.target)];
  if (!edge || !source || !target) throw new Error('there is one edge');
  return Object.entries(ROWS).flatMap(([name, row]) =>
    rowMatchesEdge(cells(row), edge, source, target) ? [name] : [],
  );
}

test('an edge is matched by rows of either endpoint, and not by rows of another edge', () => {
  expect(rowsOf('instance')).toEqual(['by the source', 'by the destination', 'by a rule']);
});

test('an edge between services is matched on any of their hosts, an edge between hosts with any of their services', () => {
  const rows = ['by the source', 'by the destination', 'by a rule'];
  expect(rowsOf('service', spread)).toEqual([...rows, 'of another host']);
  expect(rowsOf('service')).toEqual(rows);
  expect(rowsOf('host')).toEqual(['by the source', 'by the destination']);
});

test('a node is matched only on the side that names it', () => {
  const node = fine.nodes.find(({ service }) => service === 'api');
  if (!node) throw new Error('there is api');
  const row = cells(ROWS['by a rule']);
  expect([rowMatchesEndpoint(row, 'src', node), rowMatchesEndpoint(row, 'dst', node)]).toEqual([false, true]);
});
