import { beforeAll, expect, it } from 'vitest';
import { type GraphPage, openGraphPage } from '../harness/browser.ts';
import type { DrawnEdge } from '../harness/panel.ts';
import { startPrometheus } from '../harness/prometheus.ts';
import { type PastDependency, pastOf, SCRAPE } from '../harness/recorded-past.ts';

/** Seconds. */
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const NOW = Math.floor(Date.now() / 1000 / SCRAPE) * SCRAPE - MINUTE;
const BEGIN = NOW - 3 * HOUR;

const perMinute = (time: number, since = BEGIN) => Math.floor((time - since) / MINUTE) + 1;

const RESTART = NOW - HOUR / 4;
const PAST: readonly PastDependency[] = [
  { name: 'steady', port: 8001, at: (time) => ({ opened: perMinute(time) }) },
  {
    name: 'restarted',
    port: 8002,
    at: (time) => ({ opened: perMinute(time, time < NOW - HOUR / 2 ? BEGIN : NOW - HOUR / 2) }),
  },
  {
    name: 'burst',
    port: 8003,
    at: (time) => (time < NOW - HOUR / 2 ? undefined : { opened: 50 }),
    labels: { cluster: 'eu' },
  },
  {
    name: 'unscraped',
    port: 8004,
    at: (time) =>
      Math.abs(time - (NOW - HOUR)) < 8 * MINUTE ? undefined : { opened: 1_000_000 + perMinute(time) },
  },
  { name: 'behind', port: 8005, at: (time) => ({ opened: perMinute(time), lastSeen: time - 10 * MINUTE }) },
  {
    name: 'ended',
    port: 8006,
    at: (time) =>
      time > NOW - HOUR + 4 * MINUTE ? undefined : { opened: 9, open: 0, lastSeen: NOW - HOUR - MINUTE },
  },
  {
    name: 'lost',
    port: 8007,
    at: (time) => (time < NOW - HOUR / 2 ? undefined : { opened: time < RESTART ? 20 : 5 }),
  },
];

let page: GraphPage;

beforeAll(async () => {
  const prometheus = await startPrometheus([], { history: pastOf(PAST, BEGIN, NOW) });
  page = await openGraphPage(prometheus.url);
});

/** The edges that the page draws for a range that ends now, by their names in the estate. */
async function drawn(seconds: number): Promise<Map<string, DrawnEdge>> {
  await page.open({ from: (NOW - seconds) * 1000, to: NOW * 1000 });
  const edges = await page.edges();
  return new Map(edges.map((edge) => [(edge.source ?? '').replace('-client', ''), edge]));
}

it('counts the connections of the range across counter resets', async () => {
  const edges = await drawn(HOUR);
  for (const edge of edges.values()) expect(edge).toMatchObject({ seenBy: 'both' });
  expect(edges.get('steady')?.connections).toBe('60');
  // Its new counter starts with the connection of that minute.
  expect(edges.get('restarted')?.connections).toBe('60');
  expect(edges.get('burst')?.connections).toBe('50');
});

it('an outage at the start of the range does not add earlier connections', async () => {
  const edges = await drawn(HOUR);
  // What was counted meanwhile became known in the range.
  expect(edges.get('unscraped')?.connections).toBe('68');
});

it('a range longer than the data includes connections before a restart, and none from before the rules', async () => {
  const edges = await drawn(30 * 24 * HOUR);
  expect(edges.get('restarted')?.connections).toBe('180');
  expect(edges.get('ended')?.connections).toBe('0');
});

it('a restart right after the first connections loses none', async () => {
  expect((await drawn(HOUR)).get('lost')?.connections).toBe('25');
});

it('a dependency used only before the range is left out, even if it was still exported', async () => {
  expect([...(await drawn(HOUR)).keys()].sort()).toEqual([
    'behind',
    'burst',
    'lost',
    'restarted',
    'steady',
    'unscraped',
  ]);
});

it('a dependency with open connections is shown, also with a late clock and in a short range', async () => {
  expect([...(await drawn(5 * MINUTE)).keys()]).toContain('behind');
  await page.open({ from: (NOW - 40) * 1000, to: (NOW - 5) * 1000 });
  expect(await page.edges()).toHaveLength(6);
});

it('compared with the previous range, dependencies that began are new and those that ended have vanished', async () => {
  const range = { from: (NOW - HOUR) * 1000, to: NOW * 1000 };
  await page.open({ ...range, options: { compare: 'before' } });
  const states = (await page.edges()).map(({ source, states }) => [
    source?.replace('-client', ''),
    states ?? '',
  ]);
  expect(Object.fromEntries(states)).toEqual({
    behind: '',
    burst: 'new',
    lost: 'new',
    ended: 'vanished',
    restarted: '',
    steady: '',
    unscraped: '',
  });
});
