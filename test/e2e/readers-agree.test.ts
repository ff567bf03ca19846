/**
 * Every reader shows the same whole numbers: the command, the panel's table, details and exports, the dashboards' queries.
 * A store whose time the test sets has an hour with bursts, a restarted agent, a host that is scraped twice, and a clock that
 * is an hour ahead.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { main } from '../../exporter/cli/main.ts';
import { interpolate } from '../../grafana-plugin/standalone/src/interpolate.ts';
import { createIo } from '../fixtures/io.ts';
import { openBrowser, openPage } from '../harness/open-browser.ts';
import { exportFrom, pinEdge, rowsOn, untilDrawn } from '../harness/panel.ts';
import { ROOT } from '../harness/places.ts';
import { servePage } from '../harness/serve-page.ts';
import { CYCLE, replay } from '../join-model/replay.ts';
import { type Store, startStores } from '../join-model/store.ts';
import type { Connection, Host, Process, World } from '../join-model/world.ts';

const HOUR = 3600;
/** A whole hour, in unix seconds. */
const BASE = Date.UTC(2026, 4, 10, 12) / 1000;

const host = (name: string, more: Partial<Host> = {}): Host => ({
  name,
  agent: [{ from: 0, until: 2 * HOUR }],
  unreachable: [],
  skew: 0,
  jobs: ['musubi'],
  scrapeDelay: 3,
  ...more,
});
const FRONT = host('front', {
  jobs: ['musubi', 'again'],
  // It is restarted within the hour.
  agent: [
    { from: 0, until: 1935 },
    { from: 1950, until: 2 * HOUR },
  ],
});
const BACK = host('back', { skew: HOUR, scrapeDelay: 9 });

const process = (service: string, pid: number, of: Host, address: string, port?: number): Process => ({
  service,
  pid,
  host: of,
  netns: 1,
  address,
  runs: { from: 0, until: 2 * HOUR },
  ...(port !== undefined && { port }),
});
const WEB = process('web', 11, FRONT, '10.0.0.1');
const JOBS = process('jobs', 12, FRONT, '10.0.0.1');
const API = process('api', 21, BACK, '10.0.0.2', 8080);

const short = (client: Process, at: number): Connection => ({
  client,
  server: API,
  at,
  until: at,
  failed: false,
});
const CONNECTIONS: Connection[] = [
  // Bursts: the first makes the edge known, and most of a minute's connections fall into one second.
  ...Array.from({ length: 10 }, () => short(WEB, 601)),
  ...Array.from({ length: 30 }, () => short(WEB, 1202)),
  ...Array.from({ length: 250 }, (_, at) => short(WEB, 100 + 13 * at)),
  // One connection of a moment, and one that is held.
  short(JOBS, 2400),
  { client: JOBS, server: API, at: 300, until: 2 * HOUR, failed: false },
];
const WORLD: World = {
  hosts: [FRONT, BACK],
  processes: [WEB, JOBS, API],
  connections: CONNECTIONS,
  halted: [],
  length: HOUR + 180,
};

let store: Store | undefined;
let missing: string | undefined;
let page: Page;
let pageUrl: string;
const folder = mkdtempSync(join(tmpdir(), 'musubi-agree-'));

beforeAll(async () => {
  const stores = await startStores(console.log);
  if ('missing' in stores) {
    missing = stores.missing;
    return;
  }
  const rules = ['musubi-edges', 'musubi-alerts'];
  store = await stores(rules.map((name) => join(ROOT, `provisioning/prometheus/rules/${name}.yaml`)));
  await replay(WORLD, store, BASE, folder);
  expect(await store.run()).toEqual([]);
  pageUrl = await servePage(store.url);
  page = await openPage(await openBrowser(), { timezoneId: 'UTC' });
}, 15 * 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Ranges in seconds of the hour: an evaluation follows each after a minute. */
const RANGES = [
  ['an hour', 11, 3611],
  ['the burst that makes the edge known', 581, 641],
  ['a burst within two scrapes', 1181, 1241],
  ['a restart of the agent', 1811, 2111],
  ['a connection of a moment', 2381, 2441],
] as const;

/** When a connection becomes known: with the scrape after the next cycle of the agent. */
const knownAt = ({ at }: Connection): number => Math.ceil(at / CYCLE) * CYCLE + FRONT.scrapeDelay;

/** Whether it was made between the last cycle before the restart and the first after it: only the server's host knows it. */
const isAtRestart = ({ at }: Connection): boolean => at > 1920 && at <= 1950;

/** The connections of a range by client. */
function expected(from: number, to: number, omits = (_: Connection) => false) {
  const known = CONNECTIONS.filter(
    (connection) => from < knownAt(connection) && knownAt(connection) <= to && !omits(connection),
  );
  return Object.fromEntries(
    [WEB, JOBS].map((client) => [client.service, known.filter((each) => each.client === client).length]),
  );
}

async function musubi(...argv: string[]): Promise<string> {
  const io = createIo({ PROMETHEUS_URL: store?.url ?? '' });
  expect({ code: await main(argv, io), err: io.err() }).toEqual({ code: 0, err: '' });
  return io.out();
}

const span = (from: number, to: number) => ['--from', `${BASE + from}`, '--to', `${BASE + to}`];

/** Counts by client, without those that are zero. */
const nonZero = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));

async function looked(from: number, to: number) {
  const { edges } = JSON.parse(
    await musubi('look', 'api', '--direction', 'up', '--json', ...span(from, to)),
  ) as {
    edges: Record<string, number>[];
  };
  const rows = edges.map((edge) => [edge['src.service'], edge['service.dependency.connection.opened']]);
  const text = await musubi('look', 'api', '--direction', 'up', ...span(from, to));
  const lines = [...text.matchAll(/─◀ (\w+) .* ([\d,]+) opened/g)].map(([, name, count = '']) => [
    name,
    Number(count.replaceAll(',', '')),
  ]);
  expect(Object.fromEntries(lines)).toEqual(Object.fromEntries(rows));
  return Object.fromEntries(rows);
}

/** What `diff` prints of a range, compared with a range without data of this edge. */
async function diffed(from: number, to: number) {
  const against = `${BASE + HOUR + 30}/${BASE + HOUR + 31}`;
  const { appeared, changed } = JSON.parse(
    await musubi('diff', '--against', against, '--json', '--factor', '1.01', ...span(from, to)),
  );
  const counts = (row: Record<string, unknown>) => (row.after ?? row) as Record<string, number>;
  return Object.fromEntries(
    [...appeared, ...changed].map((row) => [
      row['src.service'],
      counts(row)['service.dependency.connection.opened'],
    ]),
  );
}

/** The table, the details and the CSV of the panel. */
async function shown(from: number, to: number) {
  await page.goto(`${pageUrl}/?refresh=&from=${(BASE + from) * 1000}&to=${(BASE + to) * 1000}`);
  await untilDrawn(page);
  const table: Record<string, number> = {};
  const details: Record<string, number> = {};
  for (const name of ['web', 'jobs']) {
    const row = rowsOn(page, `[data-source=${name}]`);
    if ((await row.count()) === 0) continue;
    // The fifth column: connections opened.
    table[name] = Number((await row.locator('td').nth(4).textContent())?.replaceAll(',', ''));
    await pinEdge(page, `[data-source=${name}]`);
    const text = await page
      .getByTestId('musubi-pinned')
      .getByRole('row', { name: /^Connections opened/ })
      .first()
      .textContent();
    details[name] = Number(/[\d,]+/.exec(text ?? '')?.[0].replaceAll(',', ''));
  }
  const [head = '', ...lines] = `${(await exportFrom(page, 'CSV')).content}`.trim().split('\r\n');
  const at = (name: string) => head.split(',').indexOf(name);
  const csv = lines.map((line) => line.split(','));
  return {
    table,
    details,
    csv: Object.fromEntries(
      csv.map((cells) => [cells[at('source')], Number(cells[at('connections_opened')])]),
    ),
  };
}

interface Dashboard {
  readonly panels: readonly { title: string; targets: readonly { refId: string; expr: string }[] }[];
}

/** The sum of a dashboard's query by client, at the end of a range. */
async function queried(file: string, title: string, refId: string, from: number, to: number) {
  const { panels } = JSON.parse(
    readFileSync(join(ROOT, `provisioning/grafana/dashboards/${file}`), 'utf8'),
  ) as Dashboard;
  const { expr = '' } =
    panels.find((panel) => panel.title === title)?.targets.find((target) => target.refId === refId) ?? {};
  const range = { from: (BASE + from) * 1000, to: (BASE + to) * 1000 };
  const query = interpolate(expr.replaceAll('$service', 'api'), range);
  const parameters = new URLSearchParams({ query, time: `${BASE + to}` });
  const response = await fetch(`${store?.url}/api/v1/query`, { method: 'POST', body: parameters });
  const { data } = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  const counts: Record<string, number> = {};
  for (const { metric, value } of data.result) {
    // Connections that only the server's host knows, of one of two clients at the address, belong to neither.
    const name = metric.src_service;
    if (name === undefined) continue;
    counts[name] = (counts[name] ?? 0) + Number(value[1]);
  }
  return counts;
}

it.for(RANGES)('all readers count the same connections of %s', async ([, from, to], { skip }) => {
  if (missing) skip(missing);
  const { table, details, csv } = await shown(from, to);
  const counts = {
    look: await looked(from, to),
    diff: await diffed(from, to),
    table,
    details,
    csv,
    graph: await queried('service-dependencies.json', 'Dependencies', 'opened', from, to),
    'one service': await queried('one-service.json', 'What depends on it', 'B', from, to),
  };
  const { look } = counts;
  const [least, most] = [expected(from, to, isAtRestart), expected(from, to)];
  for (const [client, count] of Object.entries(most)) {
    expect(look[client] ?? 0).toBeGreaterThanOrEqual(least[client] ?? 0);
    expect(look[client] ?? 0).toBeLessThanOrEqual(count);
  }
  for (const [reader, count] of Object.entries(counts)) expect(nonZero(count), reader).toEqual(nonZero(look));
});

it('open connections are the same for all readers, and so is the time of the last use by the clock of the store', async ({
  skip,
}) => {
  if (missing) skip(missing);
  const { edges } = JSON.parse(await musubi('look', 'api', '--direction', 'up', '--json', ...span(0, HOUR)));
  const jobs = edges.find((edge: Record<string, unknown>) => edge['src.service'] === 'jobs');
  expect(jobs).toMatchObject({ 'service.dependency.active_connections': 1 });
  const lastSeen = Number(jobs['service.dependency.last_seen']);
  expect(lastSeen).toBeGreaterThan(BASE + HOUR - 60);
  expect(lastSeen).toBeLessThanOrEqual(BASE + HOUR);

  await page.goto(`${pageUrl}/?refresh=&from=${BASE * 1000}&to=${(BASE + HOUR) * 1000}`);
  await untilDrawn(page);
  const row = rowsOn(page, '[data-source=jobs]');
  expect(await row.getAttribute('data-open')).toBe('1');
  expect(Number(await row.getAttribute('data-last-seen'))).toBe(lastSeen);
  expect(await row.getAttribute('data-seen-by')).toBe('both');
});

it('a range that is recorded in part is cut by all readers, and states it', async ({ skip }) => {
  if (missing) skip(missing);
  const end = HOUR + 180;
  const { to } = JSON.parse(await musubi('look', 'api', '--json', ...span(0, end)));
  // The last evaluation is that of 3761 s, of what had arrived a minute before.
  const settled = BASE + 3761 - 60;
  expect(to).toBe(new Date(settled * 1000).toISOString());
  expect(await musubi('look', 'api', ...span(0, end))).toMatch(/^api, .* \(recorded so far\), /);
  await page.goto(`${pageUrl}/?refresh=&from=${BASE * 1000}&to=${(BASE + end) * 1000}`);
  await untilDrawn(page);
  expect(await page.getByTestId('musubi-recorded-until').textContent()).toBe('recorded until 13:01:41');
});
