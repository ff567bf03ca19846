/** What one half-edge states for certain is not lost in the join, and a name outlasts the silence of an exporter. */
import { RECORDED } from '@musubi/contract/recorded-series';
import { describe, test } from 'vitest';
import { inbound, listens, outbound, type Process } from '../../fixtures/rule-series.ts';
import type { Expectation, Input } from '../../harness/promtool.ts';
import { at, edges, expectedSeries, expectOf, opened, processOn, serviceEdges } from './edge-rules.ts';

const WEB = processOn('a', '10.0.0.1', 'web', '10');
const DB = processOn('b', '10.0.0.2', 'db', '20');

/** The cycles of a host's exporter, in promtool's notation. */
function exporter(host: string, cycles: string): Input[] {
  const series = (name: string, values: string, labels = {}): Input => ({
    series: { __name__: name, job: 'musubi', instance: host, ...labels },
    values,
  });
  const present = (value: string) => cycles.replaceAll(/(?<=^| )\d+(\+\d+)?/g, value);
  return [
    series('musubi_collection_cycles_total', cycles),
    series('musubi_collection_cycles_failed_total', present('0')),
    series('target_info', present('1'), { host_name: host }),
  ];
}

/** All edges of the last hour, with their connections, as `SERVICE HOST > SERVICE HOST`. */
const counted = (time: string, rows: Readonly<Record<string, number>>): Expectation =>
  expectedSeries(
    time,
    'sum',
    `sum_over_time(${RECORDED.edgeConnectionsOpened}[70m])`,
    ['src_service', 'src_host'],
    ['dst_service', 'dst_host'],
    rows,
  );

/** All service edges that were recorded within the last hour. */
const everRecorded = (time: string, ...rows: string[]): Expectation =>
  expectedSeries(
    time,
    'group',
    `last_over_time(${RECORDED.serviceEdgeLastSeen}[70m])`,
    ['src_service'],
    ['dst_service'],
    Object.fromEntries(rows.map((row) => [row, 1])),
  );

/** The same values, but from minute `from` to `to` none. */
const silent = (from: number, to: number, values: (minute: number) => number, end = 60) =>
  Array.from({ length: 2 * end + 1 }, (_, step) => step / 2)
    .map((minute) => (minute >= from && minute < to ? 'stale' : values(minute)))
    .join(' ');

test('of two networks with the same addresses on one host, each client leads to the server that accepts it', async () => {
  const pod = (service: string, address: string, pid: string) => processOn('a', address, service, pid);
  const servers = [pod('blue-db', '10.244.0.6', '20'), pod('green-db', '10.244.0.6', '21')];
  const clients = [pod('blue', '10.244.0.5', '10'), pod('green', '10.244.0.7', '11')];
  await expectOf(
    [
      ...clients.map((client) => outbound(client, at(servers[0] as Process), '80')),
      ...servers.flatMap((server, each) => [
        inbound(at(clients[each] as Process), server, '80'),
        listens(server, '80'),
      ]),
    ],
    [
      edges(
        '10m',
        'blue 10 a > blue-db 20 a 10.244.0.6 80 both',
        'green 11 a > green-db 21 a 10.244.0.6 80 both',
      ),
    ],
  );
});

test('a virtual address leads to the host that counts connections, within two evaluations', async () => {
  const [primary, secondary] = [
    processOn('b', '10.0.0.9', 'db', '20'),
    processOn('c', '10.0.0.9', 'db', '30'),
  ];
  await expectOf(
    [
      outbound(WEB, { address: '10.0.0.9' }, '5432', { opened: '1+1x120' }),
      // 20 connections until 9 m 30 s; exported for 5 m more, with one that its host still takes for open.
      inbound(at(WEB), primary, '5432', {
        opened: '1+1x19 20x10 stale',
        open: '1x29 stale',
        lastSeen: '0+30x19 570x10 stale',
      }),
      inbound(at(WEB), secondary, '5432', {
        opened: '_x20 1+1x100',
        start: '_x20 600x100',
        lastSeen: '_x20 600+30x100',
      }),
      // Both are bound to it.
      listens(primary, '5432'),
      listens(secondary, '5432'),
    ],
    [
      edges('10m', 'web 10 a > db 20 b 10.0.0.9 5432 both'),
      ...['11m30s', '15m', '30m'].map(
        (time): Expectation => ({
          at: time,
          expr: `count by (dst_host) (${RECORDED.edgeLastSeen}{src_service="web", observer="both"} == ${
            time === '30m' ? 1740 : time === '15m' ? 840 : 630
          })`,
          rows: [[{ dst_host: 'c' }, 1]],
        }),
      ),
      counted('30m', { 'web a > db b': 20, 'web a > db c': 39 }),
    ],
  );
});

describe('connections to several services on one port', () => {
  const [blue, green] = ['blue', 'green'].map((service, each) =>
    processOn('b', '10.0.0.2', service, `2${each}`),
  ) as [Process, Process];

  test('belong to those that accepted them', async () => {
    await expectOf(
      [
        outbound(WEB, at(blue), '80', { opened: '0+10x10 100x100' }),
        inbound(at(WEB), blue, '80', { opened: '0+5x9 50 54x100' }),
        inbound(at(WEB), green, '80', { opened: '0+5x9 45 46x100' }),
        ...[blue, green].map((server) => listens(server, '80')),
      ],
      [
        edges('5m', 'web 10 a > blue 20 b 10.0.0.2 80 both', 'web 10 a > green 21 b 10.0.0.2 80 both'),
        opened('20m', { 'web > blue 80': 54, 'web > green 80': 46 }),
      ],
    );
  });

  test('belong to the service that accepted them at the time, if one replaces the other', async () => {
    await expectOf(
      [
        outbound(WEB, at(blue), '80', { opened: '1+1x39 40x80' }),
        inbound(at(WEB), blue, '80', { opened: '1+1x19 20x10 stale', open: '1x19 0x10 stale' }),
        inbound(at(WEB), green, '80', {
          opened: '_x20 1+1x19 20x80',
          start: '_x20 600x100',
          lastSeen: '_x20 600+30x100',
        }),
        listens(blue, '80', '1x20 stale'),
        listens(green, '80', '_x20 1x100'),
      ],
      [opened('40m', { 'web > blue 80': 20, 'web > green 80': 20 })],
    );
  });
});

describe('while an exporter is silent', () => {
  const of = (from: number, to: number) => ({
    opened: silent(from, to, (minute) => 1 + 2 * minute),
    start: silent(from, to, () => 0),
    lastSeen: silent(from, to, (minute) => minute * 60),
    open: silent(from, to, () => 1),
  });
  const always = of(0, 0);
  const cycles = (from: number, to: number) => silent(from, to, (minute) => minute * 4);

  test.each([
    ['75 s', 10, 11.5],
    ['10 minutes', 10, 20],
    ['most of an hour', 5, 55],
  ])('the client keeps its name for %s, and its connections are counted once', async (_, from, to) => {
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', of(from, to)),
        inbound(at(WEB), DB, '5432', always),
        listens(DB, '5432', '1x120'),
        exporter('a', cycles(from, to)),
        exporter('b', cycles(0, 0)),
      ],
      [everRecorded('60m', 'web > db'), counted('60m', { 'web a > db b': 119 })],
    );
  });

  test.each([
    ['75 s', 10, 11.5],
    ['10 minutes', 10, 20],
    ['most of an hour', 5, 55],
  ])('the server keeps its name for %s, for new clients too', async (_, from, to) => {
    const job = processOn('c', '10.0.0.3', 'job', '11');
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', always),
        inbound(at(WEB), DB, '5432', of(from, to)),
        listens(
          DB,
          '5432',
          silent(from, to, () => 1),
        ),
        outbound(job, at(DB), '5432', {
          opened: '_x21 1x99',
          start: '_x21 630x99',
          lastSeen: '_x21 630x99',
        }),
        exporter('a', cycles(0, 0)),
        exporter('b', cycles(from, to)),
        exporter('c', cycles(0, 0)),
      ],
      [
        everRecorded('60m', 'web > db', 'job > db'),
        counted('60m', { 'web a > db b': 119, 'job c > db b': 1 }),
      ],
    );
  });

  test('a client is remembered for hours, also if it is not in use meanwhile', async () => {
    const used = (values: string) => `${values} stale _x80 ${values}`;
    await expectOf(
      [
        outbound(WEB, at(DB), '5432', { opened: '1x10 stale', start: '0x10 stale', lastSeen: '0x10 stale' }),
        inbound(at(WEB), DB, '5432', {
          opened: used('1x10'),
          start: '0x10 stale _x80 2760x10',
          lastSeen: '0x10 stale _x80 2760x10',
        }),
        exporter('a', '0+2x10 stale'),
        exporter('b', '0+2x120'),
      ],
      [everRecorded('60m', 'web > db'), counted('60m', { 'web a > db b': 2 })],
    );
  });

  test('half of a rack, at once, adds no edges', async () => {
    const hosts = ['a', 'b', 'c', 'd'].map((name, each) => processOn(name, `10.0.0.${each + 1}`, name, '1'));
    const pairs = hosts.flatMap((src) =>
      hosts.filter((dst) => dst !== src).map((dst) => [src, dst] as const),
    );
    const isSilent = ({ host = '' }: Process) => host === 'a' || host === 'b';
    const when = (process: Process) => (isSilent(process) ? of(10, 40) : always);
    await expectOf(
      [
        ...pairs.flatMap(([src, dst]) => [
          outbound(src, at(dst), '80', when(src)),
          inbound(at(src), dst, '80', when(dst)),
        ]),
        ...hosts.flatMap((host) => [
          exporter(host.host ?? '', isSilent(host) ? cycles(10, 40) : cycles(0, 0)),
          listens(host, '80', isSilent(host) ? silent(10, 40, () => 1) : '1x120'),
        ]),
      ],
      [everRecorded('60m', ...pairs.map(([src, dst]) => `${src.service} > ${dst.service}`))],
    );
  });
});

test('a client whose half-edge arrives two evaluations late is not recorded by its address', async () => {
  const from = (steps: number) => ({
    opened: `_x${steps} 1x100`,
    start: `_x${steps} 600x100`,
    lastSeen: `_x${steps} 600x100`,
  });
  await expectOf(
    [
      outbound(WEB, at(DB), '5432', from(23)),
      outbound(WEB, { address: '10.0.0.8' }, '22'),
      inbound(at(WEB), DB, '5432', from(20)),
      exporter('a', '0+2x120'),
      exporter('b', '0+2x120'),
    ],
    [
      everRecorded('40m', 'web > db', 'web > 10.0.0.8'),
      opened('40m', { 'web > db 5432': 1, 'web > 10.0.0.8 22': 1 }),
    ],
  );
});

test('a host with an exporter that does not report a connection is left at its address after 3 minutes', async () => {
  await expectOf(
    [
      outbound(WEB, at(DB), '9999', {
        opened: '_x10 1x100',
        start: '_x10 300x100',
        lastSeen: '_x10 300x100',
      }),
      inbound({ address: '10.0.0.1' }, DB, '5432'),
      exporter('b', '0+2x120'),
    ],
    [
      serviceEdges('7m', { '- 10.0.0.1 > - db 5432': 360 }),
      everRecorded('12m', '10.0.0.1 > db', 'web > 10.0.0.2'),
    ],
  );
});

test('times are by the clock of the store', async () => {
  const clock = (host: string, values: string): Input => ({
    series: { __name__: 'musubi_host_time_seconds', job: 'musubi', instance: host },
    values,
  });
  const ofHost = (instance: string, ahead: number) => ({
    target: { job: 'musubi', instance },
    start: `${ahead}x120`,
    lastSeen: `${ahead}+30x120`,
    opened: '1+1x120',
  });
  await expectOf(
    [
      outbound(WEB, { address: '10.0.0.9' }, '443', ofHost('a', -3600)),
      inbound({ address: '10.0.0.8' }, DB, '5432', ofHost('b', 3600)),
      [clock('a', '-3600+30x120'), clock('b', '3600+30x120')],
    ],
    [
      serviceEdges('10m', { '- web > - 10.0.0.9 443': 540, '- 10.0.0.8 > - db 5432': 540 }),
      opened('10m', { 'web > 10.0.0.9 443': 18, '10.0.0.8 > db 5432': 18 }),
      {
        at: '10m',
        expr: RECORDED.exporterClockSkew,
        rows: [
          [{ __name__: RECORDED.exporterClockSkew, job: 'musubi', instance: 'a' }, -3600],
          [{ __name__: RECORDED.exporterClockSkew, job: 'musubi', instance: 'b' }, 3600],
        ],
      },
    ],
  );
});
