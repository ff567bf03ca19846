import { expect, it } from 'vitest';
import type { Prometheus } from '../prometheus/client.ts';
import type { Labels } from '../prometheus/result.ts';
import { createEdgeReader } from './read.ts';

const HOUR = 3600;
const RANGE = { from: 10.5 * HOUR, to: 12.5 * HOUR };
const EDGE = { network_transport: 'tcp', dst_port: '80', src_service: 'web', dst_service: 'api' };

/** A store in which hours end at minute 20 and are recorded a minute later; it returns the same samples for each query that contains the text. */
function store(responses: Readonly<Record<string, readonly (readonly [Labels, number])[]>>) {
  const queries: [expression: string, time: number][] = [];
  const prometheus: Partial<Prometheus> = {
    async querySamples(_, time) {
      const hours = [9, 10, 11, 12].map((hour) => (hour + 21 / 60) * HOUR).filter((hour) => hour <= time);
      return [{ labels: {}, points: hours.map((hour) => [hour, hour] as const) }];
    },
    async query(expression, time) {
      queries.push([expression, time]);
      const found = Object.entries(responses).find(([text]) => expression.includes(text));
      return (found?.[1] ?? []).map(([labels, value]) => ({ labels, value }));
    },
  };
  return { queries, prometheus: prometheus as Prometheus };
}

it('uses the latest last use of all pieces within the range', async () => {
  const { prometheus } = store({
    ':max1h': [
      [EDGE, 11.2 * HOUR],
      [{ ...EDGE, dst_port: '81' }, 10.4 * HOUR],
    ],
    seconds: [[EDGE, 12.4 * HOUR]],
  });
  const reader = await createEdgeReader(prometheus, RANGE);
  expect([...(await reader.serviceEdges()).values()]).toEqual([
    {
      edge: { src: { name: 'web' }, dst: { name: 'api' }, transport: 'tcp', port: 80 },
      lastSeen: 12.4 * HOUR,
    },
  ]);
});

it('sums connections over the pieces', async () => {
  const { queries, prometheus } = store({
    'active_connections{': [[EDGE, 3]],
    'opened:increase1h': [
      [EDGE, 5],
      [{ ...EDGE, dst_port: '81' }, 7],
    ],
    'opened:increase': [[EDGE, 2]],
    'failed:increase': [
      [{ ...EDGE, error_type: 'refused' }, 1],
      [{ ...EDGE, error_type: 'timeout' }, 2],
    ],
  });
  const reader = await createEdgeReader(prometheus, RANGE);
  const counts = await reader.counts({ src_service: 'web' });
  // Two ends of half minutes and an hour between: 2 + 5 + 2.
  expect([...counts.values()]).toEqual([
    { open: 3, opened: 9, failed: { refused: 3, timeout: 6 } },
    { open: 0, opened: 7, failed: {} },
  ]);
  // All is a minute late.
  const opened = queries.filter(([expression]) => expression.includes('opened:'));
  expect(
    opened.map(([expression, time]) => [expression.replace(/^.*(:increase.*)\)$/, '$1'), time / HOUR]),
  ).toEqual([
    [':increase{src_service="web"}[2939999ms]', expect.closeTo(11 + 1 / 3)],
    [':increase1h{src_service="web"}[1000ms]', expect.closeTo(12 + 21 / 60)],
    [':increase{src_service="web"}[659999ms]', expect.closeTo(12.5 + 1 / 60)],
  ]);
});

it('returns the processes of an edge, most recently used first, with the address of an unnamed endpoint', async () => {
  const process = (pid: string) => ({
    network_transport: 'tcp',
    dst_port: '80',
    src_address: '10.0.0.9',
    src_kind: 'unknown',
    dst_service: 'api',
    dst_pid: pid,
    observer: 'destination',
  });
  const { prometheus } = store({
    ':max1h': [[process('1'), 11.2 * HOUR]],
    edge: [
      [process('2'), 12.4 * HOUR],
      [process('1'), 12.3 * HOUR],
    ],
  });
  const reader = await createEdgeReader(prometheus, RANGE);
  const [seen] = (await reader.processes({ dst_service: 'api' })).values();
  expect(seen).toEqual({
    edge: { src: { name: '10.0.0.9' }, dst: { name: 'api' }, transport: 'tcp', port: 80 },
    lastSeen: 12.4 * HOUR,
    pairs: [
      {
        src: { address: '10.0.0.9', kind: 'unknown' },
        dst: { pid: '2' },
        observer: 'destination',
        lastSeen: 12.4 * HOUR,
      },
      {
        src: { address: '10.0.0.9', kind: 'unknown' },
        dst: { pid: '1' },
        observer: 'destination',
        lastSeen: 12.3 * HOUR,
      },
    ],
  });
});
