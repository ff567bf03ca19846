import { expect, test } from 'vitest';
import { buildGraph } from './build-graph.ts';
import { describeState } from './describe-state.ts';
import { half, listener } from './halves.fixture.ts';
import type { Reading } from './read-tables.ts';

const nothing: Reading = { halves: [], listeners: [], joined: [], unread: 0, rows: 0, columns: new Set() };
const stateOf = (reading: Partial<Reading>, queries = 1) => {
  const whole = { ...nothing, ...reading };
  return describeState(queries, whole, buildGraph(whole.halves, whole.listeners));
};

test('says nothing when there is something to draw', () => {
  const columns = new Set(['direction', 'src_service', 'dst_address', 'dst_port']);
  const halves = [half('outbound', 'a@h1/10.0.0.1', '/10.0.0.2')];
  expect(stateOf({ halves, rows: 1, columns })).toBeUndefined();
});

test('asks for the query when there is none', () => {
  expect(stateOf({}, 0)).toMatchObject({ state: 'wrong-data', title: 'This panel has no query' });
});

test('names the label that is missing', () => {
  expect(stateOf({ rows: 3, columns: new Set(['Time', 'Value']) })).toMatchObject({
    state: 'wrong-data',
    title: 'No table has a `direction` label',
  });
  expect(stateOf({ rows: 3, columns: new Set(['direction', 'dst_address', 'dst_port']) })).toMatchObject({
    title: 'No table has a `src_service` label',
  });
  expect(stateOf({ rows: 3, columns: new Set(['direction', 'src_service', 'dst_service']) })).toMatchObject({
    title: 'No table has a `dst_port` label',
  });
});

test('misses no port where there are only Unix sockets', () => {
  const columns = new Set(['direction', 'src_service', 'dst_address']);
  const unix = half('outbound', 'a@h1', 'b@h1//run/b', {}, { transport: 'unix', port: '' });
  expect(stateOf({ halves: [unix], rows: 1, columns })).toBeUndefined();
  expect(stateOf({ halves: [unix, half('outbound', 'a@h1', 'b@h1')], rows: 2, columns })).toMatchObject({
    title: 'No table has a `dst_port` label',
  });
});

test('tells an idle range from one without exporters', () => {
  expect(stateOf({})).toMatchObject({ state: 'empty', advice: expect.stringContaining('exporters run') });
  expect(stateOf({ rows: 1, listeners: [listener('a@h1/10.0.0.1')] })).toMatchObject({
    state: 'empty',
    advice: expect.stringContaining('longer range'),
  });
});
