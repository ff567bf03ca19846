import { expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { halfEdge, listener } from '../fixtures/half-edges.fixture.ts';
import type { TableContents } from './read-tables.ts';
import { whyEmpty } from './why-empty.ts';

const nothing: TableContents = {
  halfEdges: [],
  listeners: [],
  joined: [],
  unread: new Map(),
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
  expect(reasonOf({})).toEqual({ code: 'nothing-seen' });
  expect(reasonOf({ rows: 1, listeners: [listener('a@h1/10.0.0.1')] })).toEqual({ code: 'only-listeners' });
});
