import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECORDED } from '@musubi/contract/recorded-series';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseExpectations } from '../../../exporter/cli/expect/parse-expectations.ts';
import { renderRules } from '../../../exporter/cli/expect/render-rules.ts';
import { EXPORTER, estate, type Span, type Used, type Watched } from '../../fixtures/estate.ts';
import { ROOT } from '../../harness/places.ts';
import {
  type Expectation,
  type Input,
  type Labels,
  orderFor,
  promtools,
  testRules,
} from '../../harness/promtool.ts';
import { haltingRules, stalled } from './halting-rules.ts';

const EXPECTED = `version: 1
expect:
  - { source: web, destination: api, port: 8080, max_gap: 5m }
  - { source: api, destination: db, port: 5432, max_gap: 5m }
allow:
  - { source: 'test-.*', destination: db }
`;

const JOBS = `version: 1
expect:
  - { source: night, destination: db, port: 5432, max_gap: 1h }
  - { source: rare, destination: db, port: 5432, max_gap: never }
`;

/** The first run builds Prometheus 3 from its Go module. */
const BUILD = 15 * 60_000;

const END = 100;
const ALWAYS: Span[] = [[0, 10_000]];
const until = (minute: number): Span[] => [[0, minute]];
const except = (from: number, to: number): Span[] => [
  [0, from],
  [to, 10_000],
];

let folder: string;
let expected: string;
let tools: Awaited<ReturnType<typeof promtools>>;

async function render(text: string, name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, renderRules(parseExpectations(text, name)));
  return path;
}

/** Rendered rules that evaluate the edges of this long ago, as if only they had stalled. */
async function lateBy(time: string, rendered: string): Promise<string> {
  const path = join(folder, 'late.yaml');
  const text = await readFile(rendered, 'utf8');
  await writeFile(
    path,
    text.replace(new RegExp(`${RECORDED.serviceEdgeLastSeen}({.*?})?`, 'g'), `$& offset ${time}`),
  );
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'musubi-alerts-'));
  expected = await render(EXPECTED, 'expected.yaml');
  tools = await promtools();
}, BUILD);
afterAll(() => rm(folder, { recursive: true }));

const shipped = (name: string) => join(ROOT, 'provisioning/prometheus/rules', name);

/** Which alerts fire at each of these minutes: `DependencyVanished api db`, `MusubiExporterDown a`. */
async function expectFiring(
  inputs: readonly Input[],
  byMinute: Readonly<Record<number, readonly string[]>>,
  rules = [shipped('musubi-edges.yaml'), expected, shipped('musubi-alerts.yaml')],
) {
  // For an alert about an edge the last label is empty, for one about a host those in the middle.
  const labels = '"alertname", "src_service", "dst_service", "host"';
  const firing = `label_join(ALERTS{alertstate="firing"}, "subject", " ", ${labels})`;
  const trimmed = `label_replace(${firing}, "subject", "$1", "subject", "(.*?) *")`;
  const expr = `sum by (subject) (label_replace(${trimmed}, "subject", "$1 $2", "subject", "([^ ]+)  +(.*)"))`;
  const expectations = Object.entries(byMinute).map(([minute, alerts]) => ({
    at: `${Number(minute) * 60}s`,
    expr,
    rows: alerts.map((subject) => [{ subject }, 1] as const),
  }));
  const outputs = tools.paths.map((promtool, at) =>
    testRules(promtool, rules, inputs, expectations, [], orderFor(at)),
  );
  expect(await Promise.all(outputs)).toEqual(tools.paths.map(() => ''));
}

const host = (name: string, at: number, up = ALWAYS, more: Partial<Watched> = {}): Watched => ({
  name,
  address: `10.0.0.${at}`,
  up,
  ...more,
});

/** `web` on a uses `api` on b uses `db` on c. */
function shop({ a = host('a', 1), b = host('b', 2), c = host('c', 3) } = {}) {
  const web = { service: 'web', host: a };
  const api = { service: 'api', host: b };
  const db = { service: 'db', host: c };
  return {
    hosts: [a, b, c],
    web,
    api,
    db,
    webToApi: (used = ALWAYS): Used => ({ from: web, to: api, port: '8080', used }),
    apiToDb: (used = ALWAYS): Used => ({ from: api, to: db, port: '5432', used }),
  };
}

const QUIET = Object.fromEntries([5, 15, 25, 27, 30, 35, 45, 55, 65, 75, 85, 90, 95].map((at) => [at, []]));

test('the alerts are also tested with Prometheus 3', ({ skip }) => {
  if (tools.missing) skip(tools.missing);
});

describe('DependencyVanished', () => {
  test('fires for a dependency unused for longer than its max_gap, until it is used again', async () => {
    const { hosts, webToApi, apiToDb } = shop();
    const inputs = estate(END, hosts, [webToApi(), apiToDb(except(20, 60))]);
    const vanished = ['DependencyVanished api db'];
    // Last used at minute 20, which is known at 21.5 at the latest, and then it takes 5 m.
    await expectFiring(inputs, { 15: [], 26: [], 27: vanished, 40: vanished, 60: vanished, 63: [], 90: [] });
  });

  test.each([
    ['source', 'b', false],
    ['source', 'b', true],
    ['destination', 'c', false],
    ['destination', 'c', true],
  ])('does not fire while the exporter of the %s (%s) is down, pushing: %s', async (_, name, isPushed) => {
    const up = (of: string) => (of === name ? except(20, 80) : ALWAYS);
    const { hosts, webToApi, apiToDb } = shop({
      b: host('b', 2, up('b'), { isPushed }),
      c: host('c', 3, up('c'), { isPushed }),
    });
    const inputs = estate(END, hosts, [webToApi(), apiToDb()]);
    const alone = [`MusubiExporterDown ${name}`];
    await expectFiring(inputs, { 22: [], 27: alone, 40: alone, 60: alone, 79: alone, 82: [], 90: [] });
  });

  test('fires only a whole max_gap after an exporter was down', async () => {
    const { hosts, webToApi, apiToDb } = shop({ b: host('b', 2, except(20, 80)) });
    const inputs = estate(END, hosts, [webToApi(), apiToDb(until(50))]);
    const alone = ['MusubiExporterDown b'];
    await expectFiring(inputs, { 60: alone, 79: alone, 84: [], 87: ['DependencyVanished api db'] });
  });

  test('does not fire if exporters and services restart, or scrapes are missed', async () => {
    const missed: Span[] = [
      [12, 12],
      [34, 35],
      [50, 53],
    ];
    const { hosts, webToApi, apiToDb } = shop({
      a: host('a', 1, ALWAYS, { missed }),
      b: host('b', 2, except(20, 21)),
      c: host('c', 3, except(60, 62)),
    });
    await expectFiring(estate(END, hosts, [webToApi(), apiToDb(except(80, 83))]), QUIET);
  });

  test('does not fire while exporters report but no edges are joined', async () => {
    const { hosts, webToApi, apiToDb } = shop();
    const inputs = [...estate(END, hosts, [webToApi(), apiToDb(until(70))]), stalled('0x79 1x39 0x80')];
    await expectFiring(
      inputs,
      { 35: [], 43: [], 46: [], 50: [], 59: [], 61: [], 63: [], 75: [], 77: ['DependencyVanished api db'] },
      [await haltingRules(folder), expected, shipped('musubi-alerts.yaml')],
    );
  });

  test('fires in time, and no other alert does, after its rules were not evaluated for a while', async () => {
    const { hosts, webToApi, apiToDb } = shop();
    // From minute 20 to 24, and from 40 to 50.
    const missed = stalled('0x39 1x7 0x31 1x19 0x100');
    const vanished = ['DependencyVanished api db'];
    await expectFiring(
      [...estate(END, hosts, [webToApi(), apiToDb(until(70))]), missed],
      {
        22: [],
        24: [],
        25: [],
        27: [],
        42: [],
        46: [],
        49: [],
        51: [],
        53: [],
        57: [],
        75: [],
        77: vanished,
      },
      [shipped('musubi-edges.yaml'), expected, await haltingRules(folder, 'musubi-alerts.yaml')],
    );
  });

  test('does not fire if a service moves, and then fires for it at its new host', async () => {
    const d = host('d', 4);
    const { hosts, web, db, webToApi, apiToDb } = shop({ b: host('b', 2, until(60)) });
    const moved = { service: 'api', host: d };
    const inputs = estate(
      END,
      [...hosts, d],
      [
        { ...webToApi(until(40)), listening: until(40) },
        apiToDb(until(40)),
        { ...webToApi([[41, END]]), from: web, to: moved, listening: [[41, END]] },
        { ...apiToDb([[41, 80]]), from: moved, to: db },
      ],
    );
    const down = 'MusubiExporterDown b';
    await expectFiring(inputs, {
      30: [],
      47: [],
      59: [],
      66: [down],
      84: [down],
      88: ['DependencyVanished api db', down],
    });
  });

  test('waits for the max_gap of a nightly job and a rare one', async () => {
    const { hosts, b, db } = { ...shop(), b: host('b', 2) };
    const job = (service: string, used: Span[]): Used => ({
      from: { service, host: b },
      to: db,
      port: '5432',
      used,
    });
    const inputs = estate(140, hosts, [
      job('night', [
        [10, 10],
        [60, 60],
      ]),
      job('rare', [[10, 10]]),
    ]);
    const rules = [
      shipped('musubi-edges.yaml'),
      await render(JOBS, 'jobs.yaml'),
      shipped('musubi-alerts.yaml'),
    ];
    const vanished = ['DependencyVanished night db'];
    await expectFiring(inputs, { 20: [], 59: [], 75: [], 119: [], 124: vanished }, rules);
  });

  test('fires after its max_gap for a dependency that was never used', async () => {
    const { hosts, webToApi, apiToDb } = shop();
    const inputs = estate(END, hosts, [webToApi(), apiToDb([])]);
    await expectFiring(inputs, { 1: [], 4: [], 6: ['DependencyVanished api db'] });
  });

  test('does not fire for services of a removed host, and fires after a day for those that depend on them', async () => {
    const { hosts, webToApi, apiToDb } = shop({ b: host('b', 2, until(20)) });
    const inputs = estate(END, hosts, [webToApi(until(20)), apiToDb(until(20))]);
    // An hour instead of a day.
    const alerts = (await readFile(shipped('musubi-alerts.yaml'), 'utf8')).replaceAll('86400', '3600');
    const accelerated = join(folder, 'accelerated.yaml');
    await writeFile(accelerated, alerts);
    const down = ['MusubiExporterDown b'];
    const clients = ['DependencyVanished web api'];
    await expectFiring(inputs, { 26: down, 70: down, 83: clients, 99: clients }, [
      shipped('musubi-edges.yaml'),
      expected,
      accelerated,
    ]);
  });

  test('does not fire while the exporter of another host with the same service is down', async () => {
    const d = host('d', 4, until(18));
    const { hosts, db, webToApi, apiToDb } = shop();
    const elsewhere = { ...apiToDb(until(18)), from: { service: 'api', host: d }, to: db };
    const inputs = estate(END, [...hosts, d], [webToApi(), apiToDb(until(20)), elsewhere]);
    const down = ['MusubiExporterDown d'];
    await expectFiring(inputs, { 27: down, 40: down, 99: down });
  });

  test('does not fire while the exporter fails to collect', async () => {
    const { hosts, webToApi, apiToDb } = shop({ b: host('b', 2, ALWAYS, { failsFrom: 20 }) });
    const inputs = estate(END, hosts, [webToApi(), apiToDb(until(20))]);
    await expectFiring(inputs, { 24: [], 30: ['MusubiCollectionFailing'], 60: ['MusubiCollectionFailing'] });
  });

  test.each([-20, -3, 3, 20])('is independent of a clock that is ahead by %d minutes', async (ahead) => {
    const { hosts, webToApi, apiToDb } = shop({ b: host('b', 2, ALWAYS, { ahead }) });
    const inputs = estate(END, hosts, [webToApi(), apiToDb(until(60))]);
    await expectFiring(inputs, { 30: [], 60: [], 66: [], 67: ['DependencyVanished api db'] });
  });
});

describe('DependencyUnexpected', () => {
  const { hosts, web, db, webToApi, apiToDb } = shop();
  const usual = [webToApi(), apiToDb()];

  test('fires for one short connection to a new destination', async () => {
    const inputs = estate(END, hosts, [...usual, { from: web, to: db, port: '22', used: [[40, 40]] }]);
    const unexpected = ['DependencyUnexpected web db'];
    await expectFiring(inputs, { 39: [], 42: [], 44: unexpected, 45: unexpected, 48: [], 90: [] });
  });

  test('does not fire for an allowed dependency', async () => {
    const tester = { service: 'test-7', host: web.host };
    const inputs = estate(END, hosts, [...usual, { from: tester, to: db, port: '22', used: ALWAYS }]);
    await expectFiring(inputs, { 5: [], 44: [], 90: [] });
  });

  test('does not fire for an allowed or expected dependency before the expectation rules have processed it', async () => {
    const tester = { service: 'test-7', host: web.host };
    const inputs = estate(END, hosts, [
      webToApi(),
      apiToDb([[20, END]]),
      { from: tester, to: db, port: '22', used: [[40, END]] },
      { from: web, to: db, port: '22', used: [[40, END]] },
    ]);
    const unexpected = ['DependencyUnexpected web db'];
    const late = await lateBy('5m', expected);
    await expectFiring(inputs, { 5: [], 23: [], 25: [], 28: [], 44: [], 49: unexpected, 90: unexpected }, [
      shipped('musubi-edges.yaml'),
      late,
      shipped('musubi-alerts.yaml'),
    ]);
  });

  test('does not fire if a scrape is missed: the client keeps its name', async () => {
    const a = host('a', 1, ALWAYS, { missed: [[40, 40]] });
    const { hosts, webToApi, apiToDb } = shop({ a });
    const at = (seconds: number, expr: string, rows: Expectation['rows']) => ({
      at: `${seconds}s`,
      expr,
      rows,
    });
    // Edges are joined a minute after they were reported.
    const names =
      'count by (src_service, src_address) (musubi:service_edge:user_last_seen_seconds{dst_service="api"})';
    const named = [[{ src_service: 'web', src_address: '10.0.0.1' }, 1]] as const;
    const expectations = [
      ...[40.5, 41, 41.5].map((minute) => at(minute * 60, names, named)),
      ...[40.5, 41, 41.5].map((minute) => at(minute * 60, RECORDED.unexpectedEdgeLastSeen, [])),
    ];
    const rules = [shipped('musubi-edges.yaml'), expected, shipped('musubi-alerts.yaml')];
    const inputs = estate(END, hosts, [webToApi(), apiToDb()]);
    for (const promtool of tools.paths)
      expect(await testRules(promtool, rules, inputs, expectations)).toBe('');
  });

  test('does not fire if nothing is expected', async () => {
    const inputs = estate(END, hosts, [...usual, { from: web, to: db, port: '22', used: ALWAYS }]);
    await expectFiring(inputs, { 44: [], 90: [] }, [
      shipped('musubi-edges.yaml'),
      shipped('musubi-alerts.yaml'),
    ]);
  });

  test('does not fire during a long restart of the destination', async () => {
    const restarting: Used = { ...apiToDb(), listening: except(40, 60), failing: { at: [40, 60], each: 10 } };
    const inputs = estate(END, hosts, [webToApi(), restarting]);
    const failing = ['DependencyFailing api db'];
    await expectFiring(inputs, { 39: [], 45: failing, 60: failing, 68: [], 90: [] });
  });
});

test('DependencyFailing fires from five failures and a tenth of all on, and not for an allowed dependency', async () => {
  const { hosts, web, db, webToApi, apiToDb } = shop();
  const tester = { service: 'test-7', host: web.host };
  const failing = { at: [40, 60], each: 10 } as const;
  const inputs = estate(END, hosts, [
    { ...webToApi(), failing: { at: [40, 42], each: 1 } },
    { ...apiToDb(), failing },
    { from: tester, to: db, port: '22', used: ALWAYS, failing },
  ]);
  await expectFiring(inputs, {
    39: [],
    44: ['DependencyFailing api db'],
    60: ['DependencyFailing api db'],
    68: [],
  });
});

test.each(['b', 'c'])('DependencyFailing names the host that fails: %s', async (failingHost) => {
  const { hosts, web } = shop();
  const [, ...others] = hosts;
  const inputs = estate(
    END,
    hosts,
    others.map((on) => ({
      from: web,
      to: { service: 'node', host: on },
      ...{ port: '9100', used: ALWAYS },
      ...(on.name === failingHost && { failing: { at: [40, 60], each: 10 } }),
    })),
  );
  const expr = 'sum by (dst_host) (ALERTS{alertname="DependencyFailing", alertstate="firing"})';
  const expectations = [45, 50, 60].map((minute) => ({
    at: `${minute}m`,
    expr,
    rows: [[{ dst_host: failingHost }, 1]] as const,
  }));
  const rules = [shipped('musubi-edges.yaml'), shipped('musubi-alerts.yaml')];
  for (const promtool of tools.paths) expect(await testRules(promtool, rules, inputs, expectations)).toBe('');
});

test('an exporter that is stopped raises one alert, and none for the connections to it', async () => {
  const { hosts, web, webToApi, apiToDb } = shop({ c: host('c', 3, until(20)) });
  const scrapes = hosts.map(
    (on): Used => ({
      from: { ...web, service: 'prometheus' },
      to: { service: EXPORTER, host: on },
      ...{ port: '9464', used: ALWAYS },
      ...(on.name === 'c' && { failing: { at: [20, 60], each: 10 } }),
    }),
  );
  const inputs = estate(END, hosts, [webToApi(), apiToDb(), ...scrapes]);
  const alone = ['MusubiExporterDown c'];
  await expectFiring(inputs, { 19: [], 26: alone, 40: alone, 60: alone });
});

test('a scan of many ports raises one alert', async () => {
  const { hosts, web, db, webToApi, apiToDb } = shop();
  const scan: Used = {
    from: { ...web, service: 'nmap' },
    to: { ...db, isUnnamed: true },
    port: 'many',
    used: [[40, 42]],
    failing: { at: [40, 42], each: 101 },
  };
  const inputs = estate(END, hosts, [webToApi(), apiToDb(), scan]);
  await expectFiring(inputs, { 39: [], 44: ['DependencyUnexpected nmap 10.0.0.3'], 60: [] });
});

test.each(['cancelled', 'fallback'])('DependencyFailing does not fire for %s attempts', async (as) => {
  const { hosts, webToApi, apiToDb } = shop();
  const failing = { at: [40, 60], each: 10, as } as const;
  await expectFiring(estate(END, hosts, [webToApi(), { ...apiToDb(), failing }]), { 39: [], 45: [], 60: [] });
});

test('DependencyFailing does not fire for an allowed dependency after its removal, nor before its rules allow it', async () => {
  const d = host('d', 4, until(60));
  const { hosts, db, webToApi, apiToDb } = shop();
  const failing = { at: [40, 60], each: 10 } as const;
  const uses = (service: string, used: Span[]): Used => ({
    from: { service, host: d },
    to: db,
    port: '22',
    used,
    failing,
  });
  const inputs = estate(
    END,
    [...hosts, d],
    [webToApi(), apiToDb(), uses('test-7', [[20, 60]]), uses('test-8', [[40, 60]])],
  );
  const minutes = Array.from({ length: 50 }, (_, at) => [
    40 + at / 2,
    at > 48 ? ['MusubiExporterDown d'] : [],
  ]);
  for (const rendered of [expected, await lateBy('2m', expected)])
    await expectFiring(inputs, Object.fromEntries(minutes), [
      shipped('musubi-edges.yaml'),
      rendered,
      shipped('musubi-alerts.yaml'),
    ]);
});

describe('an exporter', () => {
  const target = { job: 'musubi', instance: 'a' };
  const counter = (name: string, values: string, labels = {}): Input => ({
    series: { __name__: name, ...target, ...labels },
    values,
  });

  test.each([
    [
      'MusubiCollectionFailing',
      [
        counter('musubi_collection_cycles_total', '0+15x60'),
        counter('musubi_collection_cycles_failed_total', '0x10 3+3x50'),
      ],
    ],
    [
      'MusubiCaptureRestarted',
      [
        counter('musubi_capture_restarts_total', '0x10 1x50'),
        // As by push, the previous series is exported for a while.
        counter('musubi_capture_info', '1x15', { capture: 'ebpf' }),
        counter('musubi_capture_info', '_x10 1x50', { capture: 'sockdiag' }),
      ],
    ],
    [
      'MusubiCaptureTableFull',
      [
        counter('musubi_capture_table_entries', '10x10 950x50'),
        counter('musubi_capture_table_entries_limit', '1000x60'),
      ],
    ],
    ['MusubiCaptureTableFull', [counter('musubi_capture_connections_folded_total', '0x10 5x50')]],
    [
      'MusubiEdgeLimitReached',
      [counter('musubi_connections_folded_total', '0x10 5+5x50', { reason: 'edge_limit' })],
    ],
    ['MusubiCaptureEventsMissed', [counter('musubi_capture_events_missed_total', '0x10 5+5x50')]],
    ['MusubiClockSkew', [counter('musubi_host_time_seconds', '0+30x10 3930+30x50')]],
    ['MusubiOtlpBatchesDropped', [counter('musubi_otlp_batches_dropped_total', '0x10 5x50')]],
  ])('with this problem raises %s', async (alert, inputs) => {
    const rules = [shipped('musubi-edges.yaml'), shipped('musubi-alerts.yaml')];
    const held = ['MusubiEdgeLimitReached', 'MusubiCaptureEventsMissed'].includes(alert) ? 24 : 14;
    await expectFiring(inputs, { 4: [], [held]: [alert] }, rules);
  });

  test('that folds by configuration raises no alert', async () => {
    const inputs = [counter('musubi_connections_folded_total', '0+5x60', { reason: 'internet' })];
    await expectFiring(inputs, { 25: [] }, [shipped('musubi-alerts.yaml')]);
  });

  test('whose host is renamed raises no alert, and one for its last name when it is down', async () => {
    const a = host('a', 1, until(40), { before: { name: 'localhost', until: 5 } });
    const inputs = estate(60, [a, host('b', 2)], []);
    await expectFiring(
      inputs,
      {
        4: [],
        9: [],
        12: [],
        30: [],
        47: ['MusubiExporterDown a'],
        58: ['MusubiExporterDown a'],
      },
      [shipped('musubi-edges.yaml'), shipped('musubi-alerts.yaml')],
    );
  });

  test.each([
    ['is localhost', host('localhost', 1)],
    ['another host has', host('b', 1)],
  ])('whose host has a name that %s raises an alert', async (_title, odd) => {
    const inputs = estate(30, [odd, host('b', 2), host('c', 3)], []);
    await expectFiring(inputs, { 5: [], 13: [`MusubiHostNameNotUnique ${odd.name}`] }, [
      shipped('musubi-edges.yaml'),
      shipped('musubi-alerts.yaml'),
    ]);
  });

  test('of which two run on one host, or one after a reboot, raise none', async () => {
    const again = host('a', 1, [[10, 100]], { isPushed: true, bootId: 'next' });
    const inputs = estate(
      40,
      [
        host('a', 1, until(8), { isPushed: true }),
        again,
        host('b', 2),
        host('b', 3, ALWAYS, { bootId: 'boot-10.0.0.2' }),
      ],
      [],
    );
    await expectFiring(inputs, { 9: [], 14: [], 20: [], 30: [] }, [
      shipped('musubi-edges.yaml'),
      shipped('musubi-alerts.yaml'),
    ]);
  });

  test('that never reported is down if it is a scrape target', async () => {
    const up = (instance: string, values: string): Input => ({
      series: { __name__: 'up', job: 'musubi', instance },
      values,
    });
    const { hosts } = shop();
    const others: Input = { series: { __name__: 'up', job: 'node', instance: 'x' }, values: '0x100' };
    const inputs = [...estate(50, hosts, []), up('10.0.0.1', '1x100'), up('10.0.0.9', '0x100'), others];
    const down = ['MusubiExporterDown 10.0.0.9'];
    await expectFiring(inputs, { 5: down, 40: down }, [shipped('musubi-alerts.yaml')]);
  });
});

describe("an alert's link to the graph", () => {
  const GRAPH = 'http://127.0.0.1:3000/d/musubi-service-dependencies';
  const edge = {
    src_service: 'a&b',
    dst_service: 'shop/db 1',
    dst_port: '5432',
    network_transport: 'tcp',
  };
  const firing = (alert: string, labels: Labels, texts: Labels) => ({
    at: '10m',
    alert,
    instances: [{ labels, annotations: texts }],
  });

  test('selects the time at which it fires, and both endpoints', async () => {
    const series = { __name__: RECORDED.failingEdgeConnectionsFailed, ...edge };
    const results = tools.paths.map((promtool) =>
      testRules(
        promtool,
        [shipped('musubi-alerts.yaml')],
        [{ series, values: '7x30' }],
        [],
        [
          firing(
            'DependencyFailing',
            { ...edge, severity: 'warning' },
            {
              summary: 'Dependency failing: a&b → shop/db 1:5432/tcp',
              description:
                '7 connection attempts failed within 5 minutes, more than a tenth of all (an unknown process → an unknown process). Check that the destination is running and accepts connections. musubi look shows the reasons.',
              graph: `${GRAPH}?time=600000&time.window=1800000&var-service=a%26b&var-service=shop%2Fdb+1`,
            },
          ),
        ],
      ),
    );
    expect(await Promise.all(results)).toEqual(tools.paths.map(() => ''));
  });

  test('selects the time of the last use if that is known', async () => {
    const series = { __name__: RECORDED.unexpectedEdgeLastSeen, ...edge };
    const results = tools.paths.map((promtool) =>
      testRules(
        promtool,
        [shipped('musubi-alerts.yaml')],
        [{ series, values: '500x30' }],
        [],
        [
          firing(
            'DependencyUnexpected',
            { ...edge, severity: 'warning' },
            {
              summary: 'Unexpected dependency: a&b → shop/db 1:5432/tcp',
              description:
                'Seen 1970-01-01 00:08:20 +0000 UTC (an unknown process → an unknown process), but neither expected nor allowed. Check what the source process is. If the dependency is right, add it to the expected or allowed ones.',
              graph: `${GRAPH}?time=500000&time.window=1800000&var-service=a%26b&var-service=shop%2Fdb+1`,
            },
          ),
        ],
      ),
    );
    expect(await Promise.all(results)).toEqual(tools.paths.map(() => ''));
  });
});
