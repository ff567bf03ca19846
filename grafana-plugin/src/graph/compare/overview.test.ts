import { RECORDED } from '@musubi/contract/recorded-series';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuTime } from '../fixtures/cpu-time.fixture.ts';
import { outbound, tableOf } from '../fixtures/tables.fixture.ts';
import { atLevel } from '../levels/levels.ts';
import type { Graph } from '../model/graph.ts';
import type { Table } from '../tables/table.ts';
import { whyEmpty } from '../tables/why-empty.ts';
import { readOverview } from './overview.ts';

const show = ({ nodes, edges }: Graph) => {
  const title = (key: string) => nodes.find((node) => node.key === key)?.title ?? '?';
  return edges
    .map(({ source, target, port, states }) =>
      `${title(source)}>${title(target)}:${port} ${states.join(' ')}`.trim(),
    )
    .toSorted();
};
const web = outbound('web@t1/10.0.0.1', '10.0.0.2');
const db = outbound('web@t1/10.0.0.1', '10.0.0.3', '5432');
const listens = (service: string, address: string, port: string) => ({
  network_transport: 'tcp',
  dst_service: service,
  dst_host: `${service}-host`,
  dst_address: address,
  dst_port: port,
});
const listen = tableOf('listen', [[listens('api', '10.0.0.2', '80')], [listens('db', '10.0.0.3', '5432')]]);

/** The tables of the previous range, which by default has the same length. */
const previous = (tables: readonly Table[], seconds = 60) => ({
  previous: { tables, ranges: { current: 60, previous: seconds } },
});

describe('compared with the previous range', () => {
  const overview = readOverview(
    [
      listen,
      tableOf('lastSeen', [[web], [outbound('cron@t1/10.0.0.1', '10.0.0.2')]]),
      tableOf('opened', [[web, 100]]),
    ],
    previous([
      tableOf('lastSeen', [[web], [db]]),
      tableOf('opened', [
        [web, 10],
        [db, 3],
      ]),
    ]),
  );

  test('edges are new, changed or vanished, with the figures of both ranges', () => {
    expect(show(overview.graph)).toEqual(['cron>api:80 new', 'web>api:80 changed', 'web>db:5432 vanished']);
    const figures = overview.graph.edges.map(({ port, states, figures, previous }) => [
      port,
      states[0],
      figures.opened,
      previous?.opened,
    ]);
    expect(figures).toContainEqual(['80', 'changed', 100, 10]);
    expect(figures).toContainEqual(['5432', 'vanished', undefined, 3]);
    expect(overview.notes).toEqual([]);
  });

  test('an endpoint has the same name in both, even if only one range has the listener', () => {
    const { graph } = readOverview(
      [tableOf('lastSeen', [[web]])],
      previous([tableOf('lastSeen', [[web]]), listen]),
    );
    expect(show(graph)).toEqual(['web>api:80']);
  });

  test('counts are compared as rates where the ranges differ in length', () => {
    const opened = (count: number) => [tableOf('lastSeen', [[web]]), tableOf('opened', [[web, count]])];
    const statesAgainst = (seconds: number) =>
      readOverview(opened(100), previous(opened(1000), seconds)).graph.edges[0]?.states;
    expect(statesAgainst(60)).toEqual(['changed']);
    expect(statesAgainst(600)).toEqual([]);
  });

  test('edges are not new if there is no previous data, and a note reports that', () => {
    const { graph, notes } = readOverview(
      [tableOf('lastSeen', [[web]])],
      previous([{ refId: 'lastSeen', columns: [] }]),
    );
    expect(show(graph)).toEqual(['web>10.0.0.2:80']);
    expect(notes).toEqual([{ code: 'no-previous-data' }]);
  });

  test('no edge has vanished in a range without data', () => {
    const { graph } = readOverview(
      [{ refId: 'lastSeen', columns: [] }],
      previous([tableOf('lastSeen', [[web]])]),
    );
    expect(graph.edges).toEqual([]);
  });

  test('deviations are those of the current range only', () => {
    const { graph } = readOverview(
      [listen, tableOf('lastSeen', [[web]])],
      previous([tableOf('lastSeen', [[web]]), tableOf('missing', [[ruled('web', 'db', '5432')]])]),
    );
    expect(show(graph)).toEqual(['web>api:80']);
  });
});

/** The labels of a service edge in recorded series. */
const ruled = (source: string, target: string, port: string, more = {}) => ({
  src_service: source,
  dst_service: target,
  dst_port: port,
  network_transport: 'tcp',
  ...more,
});

describe('a dependency', () => {
  test('is missing, whether it was observed in the range or not, or unexpected', () => {
    const { graph } = readOverview([
      listen,
      tableOf('lastSeen', [[web], [db]]),
      tableOf('missing', [
        [ruled('web', 'api', '80', { src_site: 'tokyo' })],
        [ruled('api', 'queue', '4222')],
      ]),
      tableOf('x', [[{ __name__: RECORDED.unexpectedEdgeLastSeen, ...ruled('web', 'db', '5432') }]]),
    ]);
    expect(show(graph)).toEqual(['api>queue:4222 missing', 'web>api:80 missing', 'web>db:5432 unexpected']);
    expect(graph.nodes.filter(({ title }) => title === 'api')).toHaveLength(1);
    expect(graph.edges.map(({ port, seenBy }) => [port, seenBy])).toContainEqual(['4222', 'none']);
  });

  test('is distinct from that of another site, and an unexpected one that was not observed is not added', () => {
    const { graph } = readOverview([
      listen,
      tableOf('lastSeen', [[web], [db]]),
      tableOf('missing', [[ruled('web', 'api', '80', { src_site: 'osaka' })]]),
      tableOf('unexpected', [[ruled('web', 'api', '81')]]),
    ]);
    expect(show(graph)).toEqual(['web>api:80', 'web>api:80 missing', 'web>db:5432']);
    const ghost = graph.edges.find(({ states }) => states.includes('missing'));
    expect(graph.nodes.find(({ key }) => key === ghost?.source)).toMatchObject({
      kind: 'unobserved',
      site: 'osaka',
    });
  });

  test('of a service with several instances is not drawn at one of them', () => {
    const { graph } = readOverview([
      listen,
      tableOf('lastSeen', [[web], [outbound('web@t2/10.0.0.7', '10.0.0.2')]]),
      tableOf('missing', [[ruled('web', 'queue', '4222', { src_site: 'tokyo' })]]),
    ]);
    const ghost = graph.edges.find(({ states }) => states.includes('missing'));
    expect(graph.nodes.find(({ key }) => key === ghost?.source)).toMatchObject({
      kind: 'service',
      title: 'web',
      host: '',
      site: 'tokyo',
      members: graph.nodes.filter(({ title, host }) => title === 'web' && host !== '').map(({ key }) => key),
    });
    const services = atLevel(graph, 'service');
    expect(show(services)).toEqual(['web>api:80', 'web>queue:4222 missing']);
    expect(services.nodes.find(({ title }) => title === 'web')?.members).toHaveLength(2);
  });

  test('can be both vanished since the previous range and missing', () => {
    const { graph } = readOverview(
      [listen, tableOf('lastSeen', [[web]]), tableOf('missing', [[ruled('web', 'db', '5432')]])],
      previous([tableOf('lastSeen', [[web], [db]])]),
    );
    expect(show(graph)).toEqual(['web>api:80', 'web>db:5432 vanished missing']);
  });

  test('without a source or destination is reported in a note', () => {
    const { graph, notes } = readOverview([
      tableOf('lastSeen', [[web]]),
      tableOf('missing', [[{ dst_port: '80' }]]),
    ]);
    expect(graph.edges.map(({ states }) => states)).toEqual([[]]);
    expect(notes).toEqual([{ code: 'unread-deviations', rows: 1 }]);
  });
});

describe('alerts', () => {
  const alert = (name: string, state: string, source: string, target: string, port: string) => ({
    alertname: name,
    alertstate: state,
    severity: 'critical',
    ...ruled(source, target, port),
  });

  test('are on the edge that they name, which is added if it was not observed', () => {
    const { graph } = readOverview([
      listen,
      tableOf('lastSeen', [[web], [db]]),
      tableOf('A', [
        [alert('DependencyFailing', 'firing', 'web', 'api', '80')],
        [alert('DependencyUnexpected', 'pending', 'web', 'db', '5432')],
        [alert('DependencyVanished', 'firing', 'api', 'queue', '4222')],
        [{ alertname: 'Watchdog', alertstate: 'firing' }],
        [alert('DependencyFailing', 'inactive', 'web', 'db', '5432')],
      ]),
    ]);
    expect(show(graph)).toEqual(['api>queue:4222 alerting', 'web>api:80 alerting', 'web>db:5432']);
    expect(graph.edges.find(({ port }) => port === '5432')?.alerts).toEqual([
      { name: 'DependencyUnexpected', state: 'pending', severity: 'critical' },
    ]);
  });

  test('that fired within the range and have ended are distinguished', () => {
    const { graph } = readOverview([
      listen,
      tableOf('lastSeen', [[web], [db]]),
      tableOf('alerts', [
        [alert('DependencyFailing', '', 'web', 'api', '80'), 0],
        [alert('DependencyFailing', '', 'web', 'db', '5432'), 0],
        [alert('DependencyUnexpected', '', 'web', 'db', '5432'), 1],
      ]),
    ]);
    expect(show(graph)).toEqual(['web>api:80 alerted', 'web>db:5432 alerted alerting']);
    expect(graph.edges.find(({ port }) => port === '80')?.alerts).toEqual([
      { name: 'DependencyFailing', state: 'ended', severity: 'critical' },
    ]);
  });
});

describe('joined edges', () => {
  const joined = (observer: string, more: Record<string, string> = {}) => {
    const { direction: _, ...labels } = web;
    return {
      ...labels,
      dst_service: 'api',
      dst_host: 'o1',
      dst_site: 'osaka',
      dst_process: 'node',
      observer,
      ...more,
    };
  };

  test('keep their endpoints and their observer', () => {
    const { graph } = readOverview([
      tableOf('lastSeen', [
        [joined('both'), 1_700_000_000],
        [joined('destination', { dst_port: '81' }), 5],
      ]),
    ]);
    expect(show(graph)).toEqual(['web>api:80', 'web>api:81']);
    expect(graph.edges.map(({ seenBy, figures }) => [seenBy, figures.lastSeen]).toSorted()).toEqual([
      ['both', 1_700_000_000],
      ['destination', 5],
    ]);
    expect(graph.nodes.find(({ title }) => title === 'api')).toMatchObject({
      site: 'osaka',
      processes: ['node'],
    });
  });

  test('take their figures from half-edges, and occur once', () => {
    const { graph } = readOverview([
      tableOf('lastSeen', [[joined('both'), 9]]),
      tableOf('opened', [[web, 4]]),
      tableOf('listen', [[{ ...listens('api', '10.0.0.2', '80'), dst_host: 'o1' }]]),
    ]);
    expect(show(graph)).toEqual(['web>api:80']);
    expect(graph.edges[0]?.figures).toEqual({ lastSeen: 9, opened: 4 });
  });
});

describe('recorded counts', () => {
  const { direction: _, ...half } = web;
  const recorded = { ...half, dst_service: 'api', dst_host: 'o1', dst_address: '10.0.0.2' };
  const seen = tableOf('lastSeen', [[{ ...recorded, src_pid: '7', observer: 'both' }, 9]]);

  test('are the figures of recorded edges, whatever half-edges count', () => {
    const { graph, notes } = readOverview([
      seen,
      tableOf('opened', [[recorded, 5]]),
      tableOf('failed', [[{ ...recorded, src_process: 'w' }, 2]]),
      tableOf('open', [[recorded, 1]]),
      tableOf('io', [[{ ...web, network_io_direction: 'transmit' }, 100]]),
      tableOf('rtt', [[web, 0.1]]),
      tableOf('listen', [[{ ...listens('api', '10.0.0.2', '80'), dst_host: 'o1' }]]),
    ]);
    expect(show(graph)).toEqual(['web>api:80']);
    expect(graph.edges[0]).toMatchObject({
      seenBy: 'both',
      figures: { lastSeen: 9, opened: 5, failed: 2, open: 1, transmit: 100, rtt: 0.1 },
    });
    expect(notes).toEqual([]);
  });

  test('have the bytes of their half-edges; a half-edge of no recorded edge is noted', () => {
    const { graph, notes } = readOverview([
      seen,
      tableOf('io', [
        [{ ...web, network_io_direction: 'transmit' }, 100],
        [{ ...web, dst_address: '10.0.0.9', network_io_direction: 'transmit' }, 7],
      ]),
    ]);
    expect(show(graph)).toEqual(['web>api:80']);
    expect(graph.edges[0]?.figures).toMatchObject({ transmit: 100 });
    expect(notes).toEqual([{ code: 'unproven-edges', edges: 1 }]);
  });
});

describe('service edges', () => {
  const edgesOf = (...edges: [string, string][]) =>
    edges.map(([src_service, dst_service]) => [
      {
        __name__: RECORDED.serviceEdgeLastSeen,
        ...ruled(src_service, dst_service, '443', { src_site: 'tokyo' }),
      },
      7,
    ]) as [Record<string, string>, number][];

  test('are drawn between services, and addresses without a service', () => {
    const { graph, contents, notes } = readOverview([
      tableOf('A', edgesOf(['web', 'api.stripe.example'], ['web', '10.0.0.9'], ['fd00::7', 'web'])),
    ]);
    expect(show(graph)).toEqual(['fd00::7>web:443', 'web>10.0.0.9:443', 'web>api.stripe.example:443']);
    expect(graph.nodes.map(({ kind, title, site }) => `${kind} ${title} ${site}`).toSorted()).toEqual([
      'external 10.0.0.9 ',
      'external fd00::7 tokyo',
      'service api.stripe.example ',
      'service web ',
      'service web tokyo',
    ]);
    expect(graph.edges.map(({ seenBy, figures }) => [seenBy, figures.lastSeen])).toEqual([
      ['unknown', 7],
      ['unknown', 7],
      ['unknown', 7],
    ]);
    expect([notes, whyEmpty(1, contents, graph)]).toEqual([[], undefined]);
  });
});

describe('without an answer to lastSeen', () => {
  const alerts = tableOf('alerts', [[{ alertname: 'DependencyFailing', ...ruled('web', 'api', '80') }]]);
  const failed: Table = { refId: 'lastSeen', columns: [], failed: true };

  test('dependencies with traffic are drawn as observed', () => {
    for (const silent of [failed, { refId: 'lastSeen', columns: [] }]) {
      const { graph, notes } = readOverview([
        silent,
        listen,
        tableOf('opened', [
          [web, 3],
          [db, 2],
        ]),
        alerts,
      ]);
      expect(show(graph)).toEqual(['web>api:80 alerting', 'web>db:5432']);
      expect(graph.edges.map(({ seenBy }) => seenBy)).toEqual(['source', 'source']);
      expect(notes).toEqual([{ code: 'existence-unknown', query: 'lastSeen' }]);
    }
  });

  test('nothing is new or vanished, in whichever of the two ranges', () => {
    const now = [listen, tableOf('lastSeen', [[web]]), tableOf('opened', [[web, 3]])];
    const then = [failed, tableOf('opened', [[db, 2]])];
    expect(show(readOverview(now, previous(then)).graph)).toEqual(['web>api:80']);
    expect(show(readOverview([listen, ...then], previous(now)).graph)).toEqual(['web>db:5432']);
  });

  test('alerts alone are not a graph', () => {
    const { graph, contents } = readOverview([failed, alerts]);
    expect(whyEmpty(2, contents, graph)).toEqual({ code: 'nothing-seen', unobserved: 1 });
  });
});

describe('for any tables', () => {
  const labels = [
    'direction',
    'observer',
    'network_transport',
    'src_service',
    'src_address',
    'dst_service',
    'dst.address',
    'dst_port',
    'alertname',
    '__name__',
    'network_io_direction',
  ];
  const anyCell = fc.oneof(
    fc.constantFrom(
      '',
      'outbound',
      'inbound',
      'both',
      'web',
      '10.0.0.1',
      '80',
      'transmit',
      'constructor',
      '__proto__',
    ),
    fc.string(),
    fc.constant(null),
    fc.constant(undefined),
    fc.double(),
  );
  const anyColumn = fc.record({
    name: fc.oneof(fc.constantFrom(...labels, 'Value', 'Time'), fc.string()),
    type: fc.constantFrom('number', 'text', 'time'),
    values: fc.array(anyCell, { maxLength: 4 }),
  });
  const anyTable = fc.record({
    refId: fc.oneof(
      fc.constantFrom('lastSeen', 'opened', 'io', 'missing', 'unexpected', 'ALERTS', 'listen', 'rtt'),
      fc.string(),
    ),
    columns: fc.array(anyColumn, { maxLength: 8 }),
  }) as fc.Arbitrary<Table>;
  const anyTables = fc.array(anyTable, { maxLength: 6 });

  test('nothing throws, every edge has its nodes, and every figure is a number', () => {
    fc.assert(
      fc.property(anyTables, fc.option(anyTables), (tables, others) => {
        const { graph } = readOverview(tables, others ? previous(others) : {});
        const keys = new Set(graph.nodes.map(({ key }) => key));
        for (const { source, target, figures } of graph.edges) {
          expect(keys.has(source) && keys.has(target)).toBe(true);
          for (const figure of Object.values(figures)) expect(Number.isFinite(figure)).toBe(true);
        }
        expect(keys.size).toBe(graph.nodes.length);
        expect(new Set(graph.edges.map(({ key }) => key)).size).toBe(graph.edges.length);
      }),
      { numRuns: 500 },
    );
  });

  test('rows that name no edge are reported in a note', () => {
    const { direction: _, ...labels } = web;
    const { notes } = readOverview([tableOf('lastSeen', [[web], [labels]])]);
    expect(notes).toEqual([{ code: 'unread-rows', query: 'lastSeen', rows: 1 }]);
  });

  test('50,000 rows of two ranges are read in a few seconds', () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => {
      const address = `10.${i % 200}.${(i >> 8) % 250}.1`;
      return [
        outbound(`s${i % 300}@h${i % 200}/${address}`, `10.${(i * 7) % 200}.0.1`, `${i % 50}`),
        i,
      ] as const;
    });
    const tables = [tableOf('lastSeen', rows), tableOf('opened', rows)];
    const others = previous([tableOf('lastSeen', rows.slice(100))]);
    // About 2 s on an idle machine.
    const read = () => expect(readOverview(tables, others).graph.edges).toHaveLength(600);
    expect(cpuTime(read)).toBeLessThan(6000);
  }, 30_000);
});
