/** How a dependency or a service fared over the range, asked for when it is looked at: a real Prometheus and browser. */
import type { Browser, Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { createPageServer } from '../../grafana-plugin/standalone/server.mjs';
import { onFileEnd } from '../harness/cleanup.ts';
import { openBrowser, openPage } from '../harness/open-browser.ts';
import { pastOf } from '../harness/past.ts';
import { startPrometheus } from '../harness/prometheus.ts';

/** Seconds. */
const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Steps of a minute end with the range. */
const NOW = Math.floor(Date.now() / 1000 / MINUTE) * MINUTE - MINUTE;
const BEGIN = NOW - 2 * HOUR;
/** A name that would be more than a name, were it not taken as it is. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana writes its variables so.
const HOSTILE = '"} or vector(7) # $__range [[x]] ${datasource} \\ .*|';

/** Opens a connection a minute, and thirty more half an hour ago. */
const busy = (time: number) => ({
  opened: Math.floor((time - BEGIN) / MINUTE) + (time >= NOW - HOUR / 2 ? 30 : 0),
});
const SITES = { src_site: 'tokyo', dst_site: 'osaka' };
const PAST = [
  { name: 'busy', port: 9101, at: busy, labels: SITES },
  { name: 'twin', port: 9105, at: busy, labels: SITES },
  { name: 'calm', port: 9102, at: () => ({ opened: 5 }) },
  // Seen in one scrape only, and counted all the same.
  { name: 'brief', port: 9103, at: (time: number) => (time === NOW - HOUR / 2 ? { opened: 4 } : undefined) },
  { name: HOSTILE, port: 9104, at: busy },
];

let browser: Browser;
let page: Page;
let url: string;
/** The range queries that were asked. */
let asked: URLSearchParams[];

beforeAll(async () => {
  const prometheus = await startPrometheus([], { history: pastOf(PAST, BEGIN, NOW) });
  const server = await createPageServer({ prometheusUrl: prometheus.url });
  onFileEnd(() => server.close());
  url = server.url;
  browser = await openBrowser();
});

beforeEach(async () => {
  page = await openPage(browser);
  asked = [];
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (request.url().endsWith('/query_range')) asked.push(new URLSearchParams(request.postData() ?? ''));
  });
  await open();
  return async () => {
    await page.close();
    expect(complaints).toEqual([]);
  };
});

async function open(options: object = {}): Promise<void> {
  const range = `from=${(NOW - HOUR) * 1000}&to=${NOW * 1000}`;
  await page.goto(`${url}/?${range}&refresh=&options=${encodeURIComponent(JSON.stringify(options))}`);
  await page.locator('[data-panel-state=ready][data-refreshing=false]').waitFor();
}

/** Pins an edge by the text of its row. */
async function pin(text: string): Promise<void> {
  const row = page.getByTestId('musubi-edges').locator('tbody tr').filter({ hasText: text });
  await row.getByRole('button').first().focus();
  await page.keyboard.press('Enter');
}

const trend = () => page.getByTestId('musubi-trend');
/** What is told of each figure: its name, the most of a step, and the last. */
const told = () =>
  trend()
    .locator('tbody tr')
    .evaluateAll((rows) =>
      (rows as unknown as { cells: { textContent: string }[] }[]).map(({ cells }) =>
        Array.from(cells, ({ textContent }) => textContent.trim()).filter(Boolean),
      ),
    );
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 10_000 });

it('asks for nothing until a dependency is looked at, then for that one', async () => {
  await page.mouse.move(400, 400);
  expect(asked).toEqual([]);
  await pin('9101');
  await eventually(told).toEqual([['Connections opened', '31', '1']]);
  expect(asked.length).toBeGreaterThan(0);
  for (const query of asked) {
    expect(query.get('query')).toContain('src_service="busy-client"');
    expect(query.get('step')).toBe('60s');
  }
});

it('draws each figure, and tells it to those who do not see it', async () => {
  await pin('9101');
  const curve = trend().getByRole('img', { name: 'Connections opened: at most 31, last 1' });
  await curve.waitFor();
  // One point for each minute of the hour, its ends included.
  expect((await curve.locator('path').last().getAttribute('d'))?.match(/[ML]/g)).toHaveLength(61);
  expect(await trend().textContent()).toContain('in steps of 1m');
  expect(await trend().ariaSnapshot()).toMatch(
    /region "Over the range"[\s\S]*rowheader "Connections opened"/,
  );
});

it('tells what was there for a moment, and what was idle', async () => {
  await pin('9103');
  await eventually(told).toEqual([['Connections opened', '4', '0']]);
  await pin('9102');
  await eventually(told).toEqual([['Connections opened', '0', '0']]);
});

it('takes a name for a name, whatever it holds', async () => {
  await pin('9104');
  await eventually(told).toEqual([['Connections opened', '31', '1']]);
});

it('adds up what is drawn as one', async () => {
  await open({ level: 'site' });
  await pin('osaka');
  await eventually(told).toEqual([['Connections opened', '62', '2']]);
});

it('tells of a service how many connections it was asked for, and how many it asked for', async () => {
  const search = page.getByRole('textbox', { name: 'Search the graph' });
  await search.fill('service=busy-server');
  await search.press('Enter');
  await eventually(told).toEqual([['Connections to it', '31', '1']]);
  await search.fill('service=busy-client');
  await search.press('Enter');
  await eventually(told).toEqual([['Connections from it', '31', '1']]);
});

it('says what the data source said when it fails', async () => {
  await page.route('**/query_range', (route) =>
    route.fulfill({ status: 503, json: { status: 'error', error: 'too busy' } }),
  );
  await pin('9101');
  const alert = trend().getByRole('alert');
  await alert.waitFor();
  expect(await alert.textContent()).toContain('Not told over time: too busy');
});

it('asks no longer once the details are closed', async () => {
  const dropped: string[] = [];
  page.on('requestfailed', (request) => dropped.push(request.failure()?.errorText ?? ''));
  await page.route('**/query_range', () => {});
  await pin('9101');
  await page.locator('[data-testid=musubi-trend][aria-busy=true]').waitFor();
  await page.getByRole('button', { name: 'Close details' }).click();
  await eventually(() => dropped.length).toBeGreaterThan(0);
  expect([...new Set(dropped)]).toEqual(['net::ERR_ABORTED']);
});
