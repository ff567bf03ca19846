import type { DataFrame, Field, PanelData } from '@grafana/data';
import { expect, test } from 'vitest';
import { readOverview } from '../../graph/compare/overview.ts';
import { readTables } from '../../graph/tables/read-tables.ts';
import { whyEmpty } from '../../graph/tables/why-empty.ts';
import { readFrames } from './read-frames.ts';

const labels = {
  direction: 'outbound',
  network_transport: 'tcp',
  src_service: 'web',
  src_host: 'h1',
  src_address: '10.0.0.1',
  dst_address: '10.0.0.2',
  dst_port: '80',
};
const field = (
  name: string,
  type: `${Field['type']}`,
  values: unknown[],
  more: Partial<Field> = {},
): Field => ({
  name,
  type: type as Field['type'],
  values,
  config: {},
  ...more,
});
const targets = (...refIds: string[]) =>
  ({ targets: refIds.map((refId) => ({ refId })) }) as PanelData['request'];

test('a table frame becomes a table', () => {
  const frame: DataFrame = {
    refId: 'opened',
    length: 1,
    fields: [
      field('Time', 'time', [0]),
      ...Object.entries(labels).map(([name, text]) => field(name, 'string', [text])),
      field('Value #opened', 'number', [3]),
    ],
  };
  const { halfEdges: halves } = readTables(readFrames({ series: [frame] }));
  expect(halves[0]).toMatchObject({ port: '80', src: { service: 'web' }, figures: { opened: 3 } });
});

test('frames of the format "Time series" become one table with the last values', () => {
  const series = ['80', '81'].map(
    (dst_port): DataFrame => ({
      refId: 'opened',
      length: 3,
      fields: [
        field('Time', 'time', [0, 1, 2]),
        field('Value', 'number', [1, 2, null], { labels: { ...labels, dst_port } }),
      ],
    }),
  );
  const tables = readFrames({ series });
  expect(tables).toHaveLength(1);
  expect(readTables(tables).halfEdges.map(({ port, figures }) => [port, figures.opened])).toEqual([
    ['80', 2],
    ['81', 2],
  ]);
});

test('an empty result becomes an empty table; a hidden query has no table', () => {
  const request = targets('lastSeen', 'opened');
  const hidden = request?.targets[1];
  if (hidden) hidden.hide = true;
  expect(readFrames({ series: [], request })).toEqual([{ refId: 'lastSeen', columns: [] }]);
});

const web = Object.entries(labels).map(([name, text]) => field(name, 'string', [text]));
const frameOf = (refId: string, fields: Field[]): DataFrame => ({ refId, length: 1, fields });
/** The edges drawn from some frames, `web→10.0.0.2:80 3`, and the notes on them. */
function shown(...series: DataFrame[]) {
  const { graph, notes } = readOverview(readFrames({ series }));
  const title = (key: string) => graph.nodes.find((node) => node.key === key)?.title;
  return {
    edges: graph.edges.map(
      ({ source, target, port, figures }) =>
        `${title(source)}→${title(target)}:${port} ${figures.opened ?? '-'} ${figures.lastSeen ?? '-'}`,
    ),
    notes,
  };
}

test('several series in one frame become a row each', () => {
  const [other, one] = ['81', '80'].map((dst_port) => ({ labels: { ...labels, dst_port } }));
  const wide = frameOf('opened', [
    field('Time', 'time', [0, 1]),
    field('web 1', 'number', [1, 5], one),
    field('web 2', 'number', [7, null], other),
  ]);
  expect(shown(wide)).toEqual({
    edges: ['web→10.0.0.2:80 5 -', 'web→10.0.0.2:81 7 -'],
    notes: [{ code: 'query-over-time', query: 'opened' }],
  });
});

test('a table over time is reduced to the last row of each dependency', () => {
  const rows = (values: unknown[]) => values.flatMap((value) => [value, value]);
  const long = frameOf('opened', [
    field('Time', 'time', [1, 0]),
    ...web.map((each) => ({ ...each, values: rows(each.values) })),
    field('Value', 'number', [3, 9]),
  ]);
  expect(shown(long)).toEqual({
    edges: ['web→10.0.0.2:80 3 -'],
    notes: [{ code: 'query-over-time', query: 'opened' }],
  });
});

test('labels can be columns or belong to the value', () => {
  const { direction, dst_port, ...rest } = labels;
  const mixed = frameOf('opened', [
    field('direction', 'string', [direction]),
    field('Value', 'number', [4], { labels: { ...rest, dst_port } }),
  ]);
  expect(shown(mixed)).toEqual({ edges: ['web→10.0.0.2:80 4 -'], notes: [] });
});

test('a frame merged from several queries is not read: Merge adds labels of alerts to other rows', () => {
  const texts = (name: string, ...values: (string | null)[]) => field(name, 'string', values);
  // The result of Merge for two dependencies, one of which an alert names.
  const merged = frameOf('merge-lastSeen-opened-alerts', [
    ...web.map(({ name, values: [text] }) => texts(name, `${text}`, name === 'dst_port' ? '81' : `${text}`)),
    field('Value #lastSeen', 'number', [1_700_000_000, 1_700_000_000]),
    field('Value #opened', 'number', [3, 4]),
    texts('alertname', 'DependencyFailing', null),
    texts('dst_service', 'api', null),
    field('Value #alerts', 'number', [1, null]),
  ]);
  const tables = readFrames({ series: [merged], request: targets('lastSeen', 'opened', 'alerts') });
  const { graph, contents } = readOverview(tables);
  expect(graph.edges).toEqual([]);
  expect(whyEmpty(tables.length, contents, graph)).toEqual({ code: 'merged-queries' });
});

test('the tables of failed queries are marked', () => {
  const request = targets('lastSeen', 'opened');
  const series = [frameOf('opened', [...web, field('Value', 'number', [1])])];
  const failedOf = (errors: NonNullable<PanelData['errors']>) =>
    readFrames({ series, request, errors }).map(({ refId, failed = false }) => `${refId} ${failed}`);
  expect(failedOf([{ refId: 'lastSeen', message: 'timeout' }])).toEqual(['lastSeen true', 'opened false']);
  expect(failedOf([{ message: 'bad gateway' }])).toEqual(['lastSeen true', 'opened true']);
});

test('an enumeration is read as its texts, an object as empty', () => {
  const texts = { config: { type: { enum: { text: ['inbound', 'outbound'] } } } };
  const frame = frameOf('opened', [
    ...web.filter(({ name }) => name !== 'direction'),
    field('direction', 'enum', [1], texts),
    field('dst_service', 'other', [Object.create(null)]),
    field('Value', 'number', [1]),
  ]);
  expect(shown(frame).edges).toEqual(['web→10.0.0.2:80 1 -']);
});

test('a query that lacks a label or a number causes a note that names it', () => {
  const without = (...names: string[]) => web.filter(({ name }) => !names.includes(name));
  const value = field('Value', 'number', [1]);
  const lastSeen = frameOf('lastSeen', [...web, value]);
  const notesOf = (fields: Field[], refId = 'opened') => shown(lastSeen, frameOf(refId, fields)).notes;
  expect(notesOf([...without('src_service', 'src_address'), value])).toEqual([
    { code: 'query-lacks-label', query: 'opened', label: 'src_service' },
  ]);
  expect(notesOf([...without('dst_port'), value])).toEqual([
    { code: 'query-lacks-label', query: 'opened', label: 'dst_port' },
  ]);
  expect(notesOf([...web, field('Value', 'string', ['1'])])).toEqual([
    { code: 'query-lacks-number', query: 'opened' },
  ]);
  expect(notesOf([...without('direction'), value])).toEqual([
    { code: 'unread-rows', query: 'opened', rows: 1 },
  ]);
  expect(notesOf([...without('dst_address', 'direction'), value], 'listen')).toEqual([
    { code: 'query-lacks-label', query: 'listen', label: 'dst_service' },
  ]);
  expect(notesOf([field('cpu', 'string', ['0']), value], 'cpu')).toEqual([
    { code: 'unread-rows', query: 'cpu', rows: 1 },
  ]);
});
