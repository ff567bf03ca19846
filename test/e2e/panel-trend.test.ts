/** The trend of a dependency or a service over the range, in a real browser with a real Prometheus. */
import { beforeEach, expect, it } from 'vitest';
import { pinEdge } from '../harness/panel.ts';
import { panelPage } from '../harness/panel-page.ts';
import { startPrometheus } from '../harness/prometheus.ts';
import { pastOf } from '../harness/recorded-past.ts';

/** Seconds. */
const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** A whole minute, so that the last step of a minute ends with the range. */
const NOW = Math.floor(Date.now() / 1000 / MINUTE) * MINUTE - MINUTE;
const BEGIN = NOW - 2 * HOUR;
/** A name that would change the query if it were not escaped. */
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
  // In one scrape only, and counted nevertheless.
  { name: 'brief', port: 9103, at: (time: number) => (time === NOW - HOUR / 2 ? { opened: 4 } : undefined) },
  { name: HOSTILE, port: 9104, at: busy },
];

const graph = panelPage(async () => (await startPrometheus([], { history: pastOf(PAST, BEGIN, NOW) })).url);
/** The range queries that were sent. */
let sent: URLSearchParams[];

beforeEach(() => {
  sent = [];
  graph.page.on('request', (request) => {
    if (request.url().endsWith('/query_range')) sent.push(new URLSearchParams(request.postData() ?? ''));
  });
});

async function open(options: object = {}): Promise<void> {
  const range = `from=${(NOW - HOUR) * 1000}&to=${NOW * 1000}`;
  await graph.open(`${range}&refresh=&options=${encodeURIComponent(JSON.stringify(options))}`);
}

const NO_FAILURE = ['Connections failed', '0', '0'];
const trend = () => graph.page.getByTestId('musubi-trend');
/** The row of each value: its name, its maximum, and its last value. */
const values = () =>
  trend()
    .locator('tbody tr')
    .evaluateAll((rows) =>
      (rows as unknown as { cells: { textContent: string }[] }[]).map(({ cells }) =>
        Array.from(cells, ({ textContent }) => textContent.trim()).filter(Boolean),
      ),
    );

it('queries nothing until a dependency is pinned, then only that dependency', async () => {
  await open();
  await graph.page.mouse.move(400, 400);
  expect(sent).toEqual([]);
  await pinEdge(graph.page, '[data-port="9101"]');
  await expect.poll(values).toEqual([['Connections opened', '31', '1'], NO_FAILURE]);
  expect(sent.length).toBeGreaterThan(0);
  for (const query of sent) {
    expect(query.get('query')).toContain('src_service="busy-client"');
    expect(query.get('step')).toBe('60s');
  }
});

it('draws each value, with a text for screen readers', async () => {
  await open();
  await pinEdge(graph.page, '[data-port="9101"]');
  const curve = trend().getByRole('img', { name: 'Connections opened: max 31, last 1' });
  await curve.waitFor();
  // One point for each minute of the hour, including the first and the last.
  expect((await curve.locator('path').last().getAttribute('d'))?.match(/[ML]/g)).toHaveLength(61);
  expect(await trend().textContent()).toContain('in steps of 1m');
  expect(await trend().ariaSnapshot()).toMatch(/region "Trend"[\s\S]*rowheader "Connections opened"/);
});

it('shows a short-lived dependency, and an idle one', async () => {
  await open();
  await pinEdge(graph.page, '[data-port="9103"]');
  await expect.poll(values).toEqual([['Connections opened', '4', '0'], NO_FAILURE]);
  await pinEdge(graph.page, '[data-port="9102"]');
  await expect.poll(values).toEqual([['Connections opened', '0', '0'], NO_FAILURE]);
});

it('escapes names in queries', async () => {
  await open();
  await pinEdge(graph.page, '[data-port="9104"]');
  await expect.poll(values).toEqual([['Connections opened', '31', '1'], NO_FAILURE]);
});

it('sums the dependencies that are drawn as one', async () => {
  await open({ level: 'site' });
  await pinEdge(graph.page, '[data-destination=osaka]');
  await expect.poll(values).toEqual([['Connections opened', '62', '2'], NO_FAILURE]);
});

it('shows the incoming and the outgoing connections of a service', async () => {
  await open();
  const search = graph.page.getByRole('textbox', { name: 'Search the graph' });
  await search.fill('service=busy-server');
  await search.press('Enter');
  await expect.poll(values).toEqual([['Incoming connections', '31', '1']]);
  await search.fill('service=busy-client');
  await search.press('Enter');
  await expect.poll(values).toEqual([['Outgoing connections', '31', '1']]);
});

it('shows the error of the data source', async () => {
  graph.mayComplain(/status of 503/);
  await open();
  await graph.page.route('**/query_range', (route) =>
    route.fulfill({ status: 503, json: { status: 'error', error: 'too busy' } }),
  );
  await pinEdge(graph.page, '[data-port="9101"]');
  const alert = trend().getByRole('alert');
  await alert.waitFor();
  expect(await alert.textContent()).toContain('Trend not available: too busy');
});

it('cancels the queries when the details are closed', async () => {
  await open();
  const cancelled: string[] = [];
  graph.page.on('requestfailed', (request) => cancelled.push(request.failure()?.errorText ?? ''));
  await graph.page.route('**/query_range', () => {});
  await pinEdge(graph.page, '[data-port="9101"]');
  await graph.page.locator('[data-testid=musubi-trend][aria-busy=true]').waitFor();
  await graph.page.getByRole('button', { name: 'Close details' }).click();
  await expect.poll(() => cancelled.length).toBeGreaterThan(0);
  expect([...new Set(cancelled)]).toEqual(['net::ERR_ABORTED']);
});
