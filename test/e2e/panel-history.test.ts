import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type DrawnEdge, type GraphPage, openGraphPage } from '../harness/browser.ts';
import { onFileEnd } from '../harness/cleanup.ts';
import { freePort } from '../harness/free-port.ts';
import { toolPath } from '../harness/places.ts';
import { start } from '../harness/process.ts';
import { waitFor } from '../harness/wait-for.ts';

/** Seconds. A made-up past: what took hours is there at once, with every scrape as wanted. */
const SCRAPE = 15;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const NOW = Math.floor(Date.now() / 1000 / SCRAPE) * SCRAPE - MINUTE;
const BEGIN = NOW - 3 * HOUR;

interface Sample {
  opened: number;
  open?: number;
  lastSeen?: number;
}
type History = (time: number) => Sample | undefined;

const METRICS = {
  service_dependency_connection_opened: ['counter', '_total', ({ opened }: Sample) => opened],
  service_dependency_connection_count: ['gauge', '', ({ open = 1 }: Sample) => open],
  service_dependency_last_seen_seconds: ['gauge', '', ({ lastSeen }: Sample) => lastSeen],
  musubi_passes: ['counter', '_total', ({ opened }: Sample) => opened],
} as const;

const lines = new Map<string, string[]>(Object.keys(METRICS).map((name) => [name, []]));

/** Adds both halves of a dependency `NAME-client` → `NAME-server`, as scraped from two hosts. */
function estate(name: string, port: number, history: History, labels: Readonly<Record<string, string>> = {}) {
  const client = `10.0.${port % 256}.1`;
  const server = `10.0.${port % 256}.2`;
  const pair = { network_transport: 'tcp', dst_port: `${port}`, src_address: client, dst_address: server };
  const halves = [
    { instance: `${name}1`, direction: 'outbound', src_service: `${name}-client`, src_host: `${name}1` },
    { instance: `${name}2`, direction: 'inbound', dst_service: `${name}-server`, dst_host: `${name}2` },
  ];
  for (const half of halves) {
    for (let time = BEGIN; time <= NOW; time += SCRAPE) {
      const sample = history(time);
      if (!sample) continue;
      const job = { job: 'musubi', instance: half.instance };
      for (const [metric, [, suffix, value]] of Object.entries(METRICS)) {
        const all = metric.startsWith('musubi') ? job : { ...job, ...pair, ...half, ...labels };
        const text = Object.entries(all).map(([label, each]) => `${label}="${each}"`);
        const line = `${metric}${suffix}{${text}} ${value({ lastSeen: time, ...sample })} ${time}`;
        lines.get(metric)?.push(line);
      }
    }
  }
}

const perMinute = (time: number, since = BEGIN) => Math.floor((time - since) / MINUTE) + 1;

estate('steady', 8001, (time) => ({ opened: perMinute(time) }));
estate('restarted', 8002, (time) => ({
  opened: perMinute(time, time < NOW - HOUR / 2 ? BEGIN : NOW - HOUR / 2),
}));
estate('burst', 8003, (time) => (time < NOW - HOUR / 2 ? undefined : { opened: 50 }), { cluster: 'eu' });
estate('unscraped', 8004, (time) =>
  Math.abs(time - (NOW - HOUR)) < 8 * MINUTE ? undefined : { opened: 1_000_000 + perMinute(time) },
);
estate('behind', 8005, (time) => ({ opened: perMinute(time), lastSeen: time - 10 * MINUTE }));
estate('over', 8006, (time) =>
  time > NOW - HOUR + 4 * MINUTE ? undefined : { opened: 9, open: 0, lastSeen: NOW - HOUR - MINUTE },
);
const RESTART = NOW - HOUR / 4;
estate('lost', 8007, (time) => (time < NOW - HOUR / 2 ? undefined : { opened: time < RESTART ? 20 : 5 }));

let page: GraphPage;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'musubi-history-'));
  onFileEnd(() => rmSync(folder, { recursive: true, force: true }));
  const text = Object.entries(METRICS).flatMap(([metric, [type]]) => [
    `# TYPE ${metric} ${type}`,
    ...(lines.get(metric) ?? []),
  ]);
  writeFileSync(join(folder, 'metrics'), `${text.join('\n')}\n# EOF\n`);
  writeFileSync(join(folder, 'prometheus.yml'), '');
  const blocks = ['tsdb', 'create-blocks-from', 'openmetrics', `${folder}/metrics`, `${folder}/data`];
  execFileSync(toolPath('promtool'), blocks, { stdio: 'pipe' });
  const port = await freePort();
  start(
    [
      toolPath('prometheus'),
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { onCleanup: onFileEnd },
  );
  const url = `http://127.0.0.1:${port}`;
  await waitFor(async () => ((await fetch(`${url}/-/ready`)).ok ? true : undefined), 'Prometheus');
  page = await openGraphPage(url);
});

/** What the page draws for a range that ends now, by the name of the estate. */
async function drawn(seconds: number): Promise<Map<string, DrawnEdge>> {
  await page.open({ from: (NOW - seconds) * 1000, to: NOW * 1000 });
  const edges = await page.edges();
  return new Map(edges.map((edge) => [(edge.source ?? '').replace('-client', ''), edge]));
}

/** `increase()` extrapolates: the truth within a few connections. */
function expectAbout(edge: DrawnEdge | undefined, truth: number, margin = 2): void {
  expect(Math.abs(Number(edge?.connections ?? Number.NaN) - truth)).toBeLessThanOrEqual(margin);
}

it('counts the connections of the range, whatever happened to the counter', async () => {
  const edges = await drawn(HOUR);
  for (const edge of edges.values()) expect(edge).toMatchObject({ seenBy: 'both' });
  expectAbout(edges.get('steady'), 60);
  expectAbout(edges.get('restarted'), 60);
  expectAbout(edges.get('burst'), 50, 0);
});

it('an outage at the start of the range does not bring in what was counted before', async () => {
  const edges = await drawn(HOUR);
  expectAbout(edges.get('unscraped'), 60, 10);
});

it('a range longer than the data counts what came before a restart, too', async () => {
  const edges = await drawn(30 * 24 * HOUR);
  expectAbout(edges.get('restarted'), 181);
  expectAbout(edges.get('over'), 9, 0);
});

it('a restart right after the first connections loses at most what came after it', async () => {
  const { connections } = (await drawn(HOUR)).get('lost') ?? {};
  expect(Number(connections)).toBeGreaterThanOrEqual(20);
  expect(Number(connections)).toBeLessThanOrEqual(25);
});

it('what was in use before the range only stays out, though it was still exported', async () => {
  expect([...(await drawn(HOUR)).keys()].sort()).toEqual([
    'behind',
    'burst',
    'lost',
    'restarted',
    'steady',
    'unscraped',
  ]);
});

it('what has connections open is there, on hosts with a late clock and between two scrapes as well', async () => {
  expect([...(await drawn(5 * MINUTE)).keys()]).toContain('behind');
  await page.open({ from: (NOW - 10) * 1000, to: (NOW - 5) * 1000 });
  expect(await page.edges()).toHaveLength(6);
});

it('compared with the range before, what began is new and what ended has vanished', async () => {
  const range = { from: (NOW - HOUR) * 1000, to: NOW * 1000 };
  await page.open({ ...range, options: { compare: true } });
  const states = (await page.edges()).map(({ source, states }) => [
    source?.replace('-client', ''),
    states ?? '',
  ]);
  expect(Object.fromEntries(states)).toEqual({
    behind: '',
    burst: 'new',
    lost: 'new',
    over: 'vanished',
    restarted: '',
    steady: '',
    unscraped: '',
  });
});
