/** Unusual query results in the panel, in a real browser. */
import { beforeAll, expect, test } from 'vitest';
import { type GraphPage, openGraphPage } from '../harness/browser.ts';
import { type Answered, startFakePrometheus } from '../harness/fake-prometheus.ts';

const EDGE = {
  direction: 'outbound',
  network_transport: 'tcp',
  src_service: 'web',
  src_host: 'h1',
  dst_service: 'api',
  dst_host: 'h2',
  dst_port: '80',
};
const { src_service: _, ...WITHOUT_SOURCE } = EDGE;
const { direction: __, ...WITHOUT_DIRECTION } = EDGE;

/** The result of each query, by a part of its expression: the last that it contains, since counts name `last_seen` as well. */
let answers: Readonly<Record<string, readonly Answered[]>> = {};
let page: GraphPage;

beforeAll(async () => {
  const answer = (query: string) =>
    Object.entries(answers).findLast(([part]) => query.includes(part))?.[1] ?? [];
  page = await openGraphPage(await startFakePrometheus(answer));
});

async function shown(given: typeof answers) {
  answers = given;
  await page.open({ from: 'now-1h', to: 'now' });
  const state = await page.state();
  return { state, edges: state === 'ready' ? await page.edges() : [], complaints: page.complaints() };
}

test('invalid values are left out, and everything else is drawn', async () => {
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, -1e300].map((value, i) => ({
    labels: { ...EDGE, dst_port: `${i}` },
    value,
  }));
  const { state, edges, complaints } = await shown({ last_seen: odd, opened: odd, io_bytes: odd, rtt: odd });
  expect(state).toBe('ready');
  expect(edges.map(({ port }) => port).sort()).toEqual(['0', '1', '2']);
  expect(complaints).toEqual([]);
});

test('a note names a query that lacks labels, and what to do', async () => {
  const { state, complaints } = await shown({
    last_seen: [{ labels: EDGE, value: 1_700_000_000 }],
    opened: [{ labels: WITHOUT_SOURCE, value: 1 }],
    active_connections: [{ labels: WITHOUT_DIRECTION, value: 1 }],
  });
  expect(state).toBe('ready');
  expect(await page.notes()).toEqual([
    expect.stringMatching(
      /^Query open: rows with neither a `direction` .* are not drawn: 1\. Keep these labels/,
    ),
    expect.stringMatching(/^Query opened: no row has a `src_service` label/),
  ]);
  expect(complaints).toEqual([]);
});

test('if no query has the labels of an edge, advice is shown instead of a drawing', async () => {
  const { state, complaints } = await shown({ last_seen: [{ labels: { job: 'x' }, value: 1 }] });
  expect(state).toBe('wrong-data');
  expect(complaints).toEqual([]);
});

test('outside names on one port are destinations of their own, with their own alerts', async () => {
  const call = (dst_service: string, dst_kind: string) => {
    const { dst_host: _host, ...labels } = EDGE;
    return { labels: { ...labels, dst_service, dst_kind, dst_port: '443' }, value: 1_700_000_000 };
  };
  const named = {
    src_service: 'web',
    dst_service: 'api.b.example',
    network_transport: 'tcp',
    dst_port: '443',
  };
  const { state, edges } = await shown({
    last_seen: [call('api.a.example', 'dns'), call('api.b.example', 'dns'), call('internet', 'internet')],
    vanished: [],
    unexpected: [],
    ALERTS: [{ labels: { ...named, alertname: 'DependencyFailing', severity: 'warning' }, value: 1 }],
  });
  expect(state).toBe('ready');
  expect(edges.map(({ destination, states = '' }) => `${destination} ${states}`.trim()).sort()).toEqual([
    'api.a.example',
    'api.b.example alerting',
    'internet',
  ]);
});
