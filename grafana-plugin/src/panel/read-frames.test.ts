import type { DataFrame, Field, PanelData } from '@grafana/data';
import { expect, test } from 'vitest';
import { readTables } from '../graph/read-tables.ts';
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
  const { halves } = readTables(readFrames({ series: [frame] }));
  expect(halves[0]).toMatchObject({ port: '80', src: { service: 'web' }, figures: { opened: 3 } });
});

test('the frames of the format "Time series" become one table with the last values', () => {
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
  expect(readTables(tables).halves.map(({ port, figures }) => [port, figures.opened])).toEqual([
    ['80', 2],
    ['81', 2],
  ]);
});

test('a query that found nothing is an empty table, a hidden one is none', () => {
  const request = targets('lastSeen', 'opened');
  const hidden = request?.targets[1];
  if (hidden) hidden.hide = true;
  expect(readFrames({ series: [], request })).toEqual([{ refId: 'lastSeen', columns: [] }]);
});
