// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the syntax of Grafana variables.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GraphEdge, GraphNode } from '../model/graph.ts';
import { curvePath } from './curve.ts';
import { type Matchers, matchEdge, matchNode } from './matchers.ts';
import { spreadPoints } from './points.ts';
import { matchersText, narrowQuery, quote } from './promql.ts';
import { matchRecordedEdge, matchRecordedNode } from './recorded-matchers.ts';
import { trendQueries } from './trend-queries.ts';

const node = (more: Partial<GraphNode>): GraphNode => ({
  key: '',
  kind: 'service',
  title: '',
  service: '',
  host: '',
  site: '',
  members: [],
  addresses: [],
  processes: [],
  pids: [],
  candidates: [],
  ...more,
});
const web = node({ service: 'web', host: 't1', addresses: ['10.0.0.1'], processes: ['nginx'] });
const db = node({ service: 'db', host: 'o1', addresses: ['10.0.0.2'], processes: ['postgres'] });
const edge = (seenBy: GraphEdge['seenBy'], more: Partial<GraphEdge> = {}): GraphEdge => ({
  key: '',
  source: '',
  target: '',
  port: '5432',
  transport: 'tcp',
  directed: true,
  src: web,
  dst: db,
  seenBy,
  figures: {},
  atSource: undefined,
  atDestination: undefined,
  states: [],
  alerts: [],
  parts: [],
  ...more,
});

describe('the half-edges of', () => {
  test('an edge are those of its source, if it reported', () => {
    for (const seenBy of ['both', 'source'] as const)
      expect(matchersText(matchEdge(edge(seenBy), web, db, false))).toBe(
        'direction="outbound",network_transport="tcp",dst_port="5432",src_service="web",src_host="t1",dst_address="10.0.0.2"',
      );
  });

  test('an edge that only its destination reported are those of the destination', () => {
    expect(matchersText(matchEdge(edge('destination'), web, db, false))).toBe(
      'direction=~"inbound|unknown",network_transport="tcp",dst_port="5432",dst_service="db",dst_host="o1",src_address="10.0.0.1"',
    );
  });

  test('an edge on one host are matched by both names', () => {
    const cache = node({ service: 'cache', host: 't1', addresses: ['127.0.0.1'] });
    expect(matchEdge(edge('both', { dst: cache }), web, cache, false)).toMatchObject({
      dst_service: ['', 'cache'],
      dst_address: ['127.0.0.1'],
    });
  });

  test('an endpoint without an address are matched by its name', () => {
    const internet = node({ kind: 'external', service: 'internet' });
    expect(matchEdge(edge('source', { dst: internet }), web, internet, false)).toMatchObject({
      dst_service: ['internet'],
    });
  });

  test('an endpoint known by one of the names of an address are matched by that name, too', () => {
    const name = node({ kind: 'external', service: 'a.internal', addresses: ['10.9.9.9'] });
    expect(matchEdge(edge('source', { dst: name }), web, name, false)).toMatchObject({
      dst_service: ['', 'a.internal'],
      dst_address: ['10.9.9.9'],
    });
  });

  test('a process are matched by the process label', () => {
    expect(matchEdge(edge('both'), web, db, true)).toMatchObject({ src_process: ['nginx'] });
  });

  test('a node are its outgoing or incoming ones, or those that its peers report', () => {
    expect(matchNode(web, 'out', false)).toEqual({
      direction: ['outbound'],
      src_service: ['web'],
      src_host: ['t1'],
    });
    expect(matchNode(node({ kind: 'host', host: 't1' }), 'in', false)).toEqual({
      direction: ['inbound'],
      dst_host: ['t1'],
    });
    expect(matchNode(node({ kind: 'site', site: 'tokyo' }), 'in', false)).toEqual({
      direction: ['inbound'],
      dst_site: ['tokyo'],
    });
    expect(matchNode(node({ kind: 'external', addresses: ['10.9.9.9'] }), 'in', false)).toEqual({
      direction: ['outbound'],
      dst_address: ['10.9.9.9'],
    });
  });
});

describe('the recorded counts of', () => {
  test('an edge are matched by both endpoints, an unnamed one by its address', () => {
    const peer = node({ kind: 'external', addresses: ['10.9.9.9'] });
    expect(matchersText(matchRecordedEdge(edge('both'), web, db, false))).toBe(
      'network_transport="tcp",dst_port="5432",src_service="web",src_host="t1",dst_service="db",dst_host="o1"',
    );
    expect(matchRecordedEdge(edge('source', { dst: peer }), web, peer, true)).toMatchObject({
      src_process: ['nginx'],
      dst_service: [''],
      dst_host: [''],
      dst_address: ['10.9.9.9'],
    });
  });

  test('a node are matched by its own labels, whichever endpoint reported', () => {
    expect(matchRecordedNode(web, 'out', false)).toEqual({ src_service: ['web'], src_host: ['t1'] });
    expect(matchRecordedNode(node({ service: 'web', members: ['1', '2'] }), 'in', false)).toEqual({
      dst_service: ['web'],
    });
    expect(matchRecordedNode(node({ kind: 'host', host: 't1' }), 'in', false)).toEqual({ dst_host: ['t1'] });
    expect(matchRecordedNode(node({ kind: 'site', site: 'osaka' }), 'out', false)).toEqual({
      src_site: ['osaka'],
    });
  });
});

describe('a narrowed query', () => {
  const only: Matchers = { src_service: ['web'] };

  test('selects these half-edges wherever it names the metric, over windows of one step', () => {
    expect(
      narrowQuery(
        'sum(increase(service_dependency_connection_opened_total[$__range])) / $__range_s',
        only,
        60,
      ),
    ).toBe('sum(increase(service_dependency_connection_opened_total{src_service="web"}[60s])) / 60');
    expect(narrowQuery('m + x[${__range}] + ${__range_ms:raw}', only, 60)).toBe('m + x[60s] + 60000');
  });

  test('keeps its own matchers', () => {
    expect(narrowQuery('service_dependency_io_bytes_total {site="$site"}', only, 60)).toBe(
      'service_dependency_io_bytes_total {src_service="web",site="$site"}',
    );
  });

  test('does not change other metrics, or names within strings', () => {
    const query =
      'musubi_collection_cycles_total{job="service_dependency_io_bytes_total"} unless on (job) service_dependency_listen';
    expect(narrowQuery(query, only, 60)).toBe(query);
  });
});

describe('names from the network', () => {
  test('stay within their string, for Prometheus and for Grafana variables', () => {
    expect(quote('a"} or up{x="')).toBe('"a\\"} or up{x=\\""');
    expect(quote('$datasource ${x} [[x]] \\')).toBe('"\\u0024datasource \\u0024{x} \\u005b\\u005bx]] \\\\"');
    expect(matchersText({ a: ['b.c', 'd|e'] })).toBe('a=~"b\\\\.c|d\\\\|e"');
  });

  test('are quoted without loss, whatever they contain', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a"\\$[{`\n\0結') }), (text) => {
        expect(quote(text)).not.toMatch(/[$[\n]/);
        expect(JSON.parse(quote(text))).toBe(text);
      }),
    );
  });

  test('match themselves and nothing else, in a list of several', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 4 }),
        fc.string(),
        (names, other) => {
          const [, quoted = ''] = /^x=~(.*)$/s.exec(matchersText({ x: names })) ?? [];
          const pattern = new RegExp(`^(?:${JSON.parse(quoted)})$`, 's');
          for (const name of names) expect(pattern.test(name)).toBe(true);
          expect(pattern.test(other)).toBe(names.includes(other));
        },
      ),
    );
  });
});

describe('trends', () => {
  const queries = [
    { refId: 'A', expr: 'max(service_dependency_last_seen_seconds)' },
    { refId: 'opened', expr: 'increase(service_dependency_connection_opened_total[$__range])' },
    { refId: 'C', expr: 'avg(service_dependency_tcp_rtt_seconds)' },
    { refId: 'io', expr: 'network_bytes' },
  ];

  const subject = (type: 'node' | 'edge', key: string, more: Partial<GraphEdge> = {}) => ({
    target: { type, key },
    graph: { nodes: [web, db], edges: [edge('both', { key: 'e', source: 'w', target: 'd', ...more })] },
    instances: new Map([
      ['w', web],
      ['d', db],
    ]),
    byProcess: false,
  });

  test('are derived from the queries of the panel, whatever their refIds', () => {
    const text = matchersText(matchEdge(edge('both'), web, db, false));
    const trend = trendQueries(queries, subject('edge', 'e'), 120);
    expect(trend?.map(({ line, of, expr }) => [line, of.refId, expr])).toEqual([
      ['opened', 'opened', `sum(increase(service_dependency_connection_opened_total{${text}}[120s]))`],
      ['rtt', 'C', `avg(avg(service_dependency_tcp_rtt_seconds{${text}}))`],
    ]);
  });

  test('of recorded counts are matched by both endpoints', () => {
    const expr = 'sum_over_time(musubi:edge:connections_opened:increase[$__range] offset -60001ms)';
    const [opened] = trendQueries([{ refId: 'opened', expr }], subject('edge', 'e'), 60) ?? [];
    const text = matchersText(matchRecordedEdge(edge('both'), web, db, false));
    expect(opened?.expr).toBe(
      `sum(sum_over_time(musubi:edge:connections_opened:increase{${text}}[60s] offset -60001ms))`,
    );
  });

  test('of a merged edge sum its parts, unless there are too many', () => {
    const part = (port: string) => edge('both', { source: 'w', target: 'd', port });
    const [opened] =
      trendQueries(queries, subject('edge', 'e', { parts: [part('80'), part('81')] }), 60) ?? [];
    expect(opened?.expr).toMatch(/^sum\(\(increase\(.*"80".*\) or \(increase\(.*"81".*\)\)$/);
    const parts = Array.from({ length: 21 }, (_, at) => part(`${at}`));
    expect(trendQueries(queries, subject('edge', 'e', { parts }), 60)).toBeUndefined();
  });

  test('of a node are incoming and outgoing, and an unknown element has none', () => {
    expect(trendQueries(queries, subject('node', ''), 60)?.map(({ line }) => line)).toEqual(['in', 'out']);
    expect(trendQueries(queries, subject('node', 'gone'), 60)).toEqual([]);
    expect(trendQueries(queries, subject('edge', 'gone'), 60)).toEqual([]);
  });
});

test('there is a point for every step of the range, also without a sample', () => {
  expect(spreadPoints([150, 250], [1, 2], { from: 60, to: 360 }, 50, 0)).toEqual({
    times: [100, 150, 200, 250, 300, 350],
    values: [0, 1, 0, 2, 0, 0],
  });
  expect(spreadPoints([150], [Number.NaN], { from: 100, to: 200 }, 50, null).values).toEqual([
    null,
    null,
    null,
  ]);
  expect(spreadPoints([], [], { from: 60, to: 160 }, 50, null)).toEqual({
    times: [100, 150],
    values: [null, null],
  });
  // Steps of a day begin at the user's midnight.
  expect(spreadPoints([130], [1], { from: 60, to: 200 }, 50, 0).times).toEqual([80, 130, 180]);
});

test('a curve is scaled from zero, is interrupted at unknown values, and shows isolated points', () => {
  const path = (...values: (number | null)[]) => curvePath({ times: [], values }, { width: 30, height: 10 });
  expect(path(0, 2, 1, 4)).toBe('M0 10L10 5L20 7.5L30 0');
  expect(path(1, null, 1, 1)).toBe('M0 0h2M20 0L30 0');
  expect(path(0, 0)).toBe('M0 10L30 10');
  expect(path(3)).toBe('M0 0h2');
  expect(path(null, null)).toBe('');
  expect(path()).toBe('');
});
