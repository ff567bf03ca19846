import { expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { markDeviations } from '../compare/mark-deviations.ts';
import { halfEdge, listener } from '../fixtures/half-edges.fixture.ts';
import type { TableContents } from './read-tables.ts';
import { whyEmpty } from './why-empty.ts';

const nothing: TableContents = {
  halfEdges: [],
  listeners: [],
  halfEdgesProve: true,
  joined: [],
  unanswered: [],
  unread: new Map(),
  tables: 1,
  merged: false,
  rows: 0,
  columns: new Set(),
};
const reasonOf = (contents: Partial<TableContents>, queries = 1) => {
  const whole = { ...nothing, ...contents };
  return whyEmpty(queries, whole, buildGraph(whole.halfEdges, whole.listeners));
};

test('returns nothing if there is something to draw', () => {
  const columns = new Set(['direction', 'src_service', 'dst_address', 'dst_port']);
  const halfEdges = [halfEdge('outbound', 'a@h1/10.0.0.1', '/10.0.0.2')];
  expect(reasonOf({ halfEdges, rows: 1, columns })).toBeUndefined();
});

test('reports that there is no query', () => {
  expect(reasonOf({}, 0)).toEqual({ code: 'no-query' });
});

test('names the missing label', () => {
  expect(reasonOf({ rows: 3, columns: new Set(['Time', 'Value']) })).toEqual({
    code: 'no-label',
    label: 'direction',
  });
  expect(reasonOf({ rows: 3, columns: new Set(['direction', 'dst_address', 'dst_port']) })).toEqual({
    code: 'no-label',
    label: 'src_service',
  });
  expect(reasonOf({ rows: 3, columns: new Set(['direction', 'src_service', 'dst_service']) })).toEqual({
    code: 'no-label',
    label: 'dst_port',
  });
});

test('does not require a port if there are only Unix sockets', () => {
  const columns = new Set(['direction', 'src_service', 'dst_address']);
  const unix = halfEdge('outbound', 'a@h1', 'b@h1//run/b', {}, { transport: 'unix', port: '' });
  expect(reasonOf({ halfEdges: [unix], rows: 1, columns })).toBeUndefined();
  expect(reasonOf({ halfEdges: [unix, halfEdge('outbound', 'a@h1', 'b@h1')], rows: 2, columns })).toEqual({
    code: 'no-label',
    label: 'dst_port',
  });
});

test('distinguishes an idle range from one without exporters', () => {
  expect(reasonOf({})).toEqual({ code: 'nothing-seen', unobserved: 0 });
  expect(reasonOf({ rows: 1, listeners: [listener('a@h1/10.0.0.1')] })).toEqual({ code: 'only-listeners' });
});

test('does not draw expected and alerting dependencies as if they were all, unless nothing else is queried', () => {
  const wanted = { transport: 'tcp', port: '80', source: 'a', sourceSite: '', target: 'b', targetSite: '' };
  const graph = markDeviations(buildGraph([], []), { missing: [wanted], unexpected: [], unread: 0 });
  expect(whyEmpty(2, nothing, graph)).toEqual({ code: 'nothing-seen', unobserved: 1 });
  expect(whyEmpty(1, { ...nothing, tables: 0 }, graph)).toBeUndefined();
});

test('reports merged query results', () => {
  expect(reasonOf({ merged: true, rows: 3 })).toEqual({ code: 'merged-queries' });
});
