/** The graph compared with previous ranges, in a real browser with a real Prometheus. */
import { beforeEach, expect, it } from 'vitest';
import { compareWith, pinEdge } from '../harness/panel.ts';
import { panelPage } from '../harness/panel-page.ts';
import { startPrometheus } from '../harness/prometheus.ts';
import { pastOf, SCRAPE } from '../harness/recorded-past.ts';

/** Seconds. */
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const NOW = Math.floor(Date.now() / 1000 / SCRAPE) * SCRAPE - MINUTE;

/** Active in the hours that ended these numbers of seconds ago, with a connection a minute and a counter reset in each. */
const within =
  (...ages: readonly number[]) =>
  (time: number) => {
    const begin = ages.map((age) => NOW - age - HOUR).find((start) => time > start && time < start + HOUR);
    return begin === undefined ? undefined : { opened: Math.floor((time - begin) / MINUTE) + 1 };
  };
const PAST = [
  { name: 'steady', port: 9001, at: within(0, HOUR, DAY, WEEK) },
  { name: 'recent', port: 9002, at: within(0) },
  { name: 'daily', port: 9003, at: within(0, DAY, WEEK) },
  { name: 'earlier', port: 9004, at: within(HOUR) },
  { name: 'yesterday', port: 9005, at: within(DAY) },
];
/** The expected states for each choice. */
const AGAINST = {
  hour: { recent: 'new', daily: 'new', earlier: 'vanished' },
  day: { recent: 'new', yesterday: 'vanished' },
  week: { recent: 'new' },
};

const graph = panelPage(
  async () => (await startPrometheus([], { history: pastOf(PAST, NOW - WEEK - HOUR, NOW) })).url,
  { timezoneId: 'UTC' },
);
/** The evaluation time of each query, in Unix seconds. */
let times: number[];

beforeEach(() => {
  times = [];
  graph.page.on('request', (request) => {
    const time = new URLSearchParams(request.postData() ?? '').get('time');
    if (time) times.push(Number(time));
  });
});

async function open(options: object = {}): Promise<void> {
  const range = `from=${(NOW - HOUR) * 1000}&to=${NOW * 1000}`;
  await graph.open(`${range}&refresh=&options=${encodeURIComponent(JSON.stringify(options))}`);
}

const compare = (choice: string | RegExp) => compareWith(graph.page, choice);

/** Each dependency that has a state, with the state. */
const states = async () =>
  Object.fromEntries(
    (await graph.edges())
      .filter(({ states }) => states !== '')
      .map(({ source, states }) => [source?.replace('-client', ''), states]),
  );

const comparisonText = () => graph.page.getByTestId('musubi-compare').textContent();
const chosen = () => graph.inAddress('musubi-1');
/** A time as the page formats it, in UTC. */
const at = (unixSeconds: number) => new Date(unixSeconds * 1000).toISOString();
const minuteOf = (unixSeconds: number) => at(unixSeconds).slice(11, 16);

it('queries only the current range until a comparison is chosen', async () => {
  await open();
  expect(times.length).toBeGreaterThan(5);
  expect([...new Set(times)]).toEqual([NOW]);
  expect(await graph.page.getByTestId('musubi-compare').count()).toBe(0);
});

it.each([
  ['Previous range', 'before', HOUR, AGAINST.hour],
  ['1 hour earlier', '1h', HOUR, AGAINST.hour],
  ['1 day earlier', '1d', DAY, AGAINST.day],
  ['1 week earlier', '1w', WEEK, AGAINST.week],
] as const)('compares with %j, and shows both ranges', async (choice, option, earlier, expected) => {
  await open();
  await compare(choice);
  await expect.poll(states).toEqual(expected);
  expect([...new Set(times)]).toEqual([NOW, NOW - earlier]);
  await expect.poll(chosen).toMatchObject({ compare: option });
  const text = await comparisonText();
  expect(text).toContain(`${choice}: ${at(NOW - HOUR).slice(0, 10)} ${minuteOf(NOW - HOUR)} – `);
  expect(text).toContain(
    ` compared with ${at(NOW - HOUR - earlier).slice(0, 10)} ${minuteOf(NOW - HOUR - earlier)} – `,
  );

  await graph.page.getByRole('button', { name: 'Stop comparing' }).click();
  await expect.poll(states).toEqual({});
});

it('shows the values of both ranges', async () => {
  await open({ compare: '1d' });
  await expect.poll(states).toEqual(AGAINST.day);
  await pinEdge(graph.page, '[data-source=steady-client]');
  const details = graph.page.getByTestId('musubi-pinned');
  await details.getByRole('columnheader', { name: 'Compared range' }).waitFor();
  const opened = await details
    .locator('table.figures')
    .getByRole('row', { name: /^Connections opened/ })
    .getByRole('cell')
    .allTextContents();
  for (const count of opened) expect(Math.abs(Number(count) - 60)).toBeLessThanOrEqual(2);
  expect(opened).toHaveLength(2);
});

it('compares with a typed offset', async () => {
  await open();
  await compare('Custom range…');
  const dialog = graph.page.getByRole('dialog', { name: 'Compare with another time range' });
  const earlier = dialog.getByRole('textbox', { name: 'Offset' });
  await earlier.fill('soon');
  expect(await dialog.getByRole('button', { name: 'Compare' }).isDisabled()).toBe(true);
  expect(await dialog.textContent()).toContain('Enter a number followed by m, h, d or w');
  await earlier.fill('7d');
  await earlier.press('Enter');
  await expect.poll(states).toEqual(AGAINST.week);
  expect(await comparisonText()).toContain('7d earlier: ');
});

it('compares with a fixed range', async () => {
  await open();
  await compare('Custom range…');
  const dialog = graph.page.getByRole('dialog', { name: 'Compare with another time range' });
  await dialog.getByRole('radio', { name: 'Fixed range' }).check({ force: true });
  await dialog.getByRole('textbox', { name: 'To' }).fill(at(NOW - DAY).slice(0, 19));
  expect(await dialog.getByRole('button', { name: 'Compare' }).isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: 'From' }).fill(at(NOW - DAY - HOUR).slice(0, 19));
  await dialog.getByRole('button', { name: 'Compare' }).click();
  await expect.poll(states).toEqual(AGAINST.day);
  expect(await comparisonText()).toContain('Fixed range: ');
  await expect
    .poll(chosen)
    .toHaveProperty(
      'compare',
      `${new Date((NOW - DAY - HOUR) * 1000).toISOString()}/${new Date((NOW - DAY) * 1000).toISOString()}`,
    );
});

const notes = async () => {
  await graph.page.getByRole('button', { name: 'Notes' }).click();
  return graph.page.getByTestId('musubi-notes').textContent();
};

it('marks nothing as new before the first sample, and explains why', async () => {
  await open({ compare: '4w' });
  expect(await states()).toEqual({});
  expect(await notes()).toContain('nothing is marked as new');
});

it('names a failed query, and compares the other values', async () => {
  graph.mayComplain(/status of 422/);
  await open();
  await graph.page.route('**/api/v1/query', async (route) => {
    const body = new URLSearchParams(route.request().postData() ?? '');
    const broken = body.get('query')?.includes('opened') && Number(body.get('time')) < NOW;
    await (broken
      ? route.fulfill({ status: 422, json: { status: 'error', error: 'too many samples' } })
      : route.continue());
  });
  await compare('1 day earlier');
  await expect.poll(states).toEqual(AGAINST.day);
  expect(await notes()).toContain('compared range are missing: too many samples (query opened)');
});

it('reports an invalid range', async () => {
  await open({ compare: 'yesterday' });
  expect(await states()).toEqual({});
  expect(await notes()).toContain('Invalid comparison "yesterday"');
});

it('cancels queries when another comparison is chosen', async () => {
  await open();
  const cancelled: string[] = [];
  graph.page.on('requestfailed', (request) => cancelled.push(request.failure()?.errorText ?? ''));
  await graph.page.route('**/api/v1/query', async (route) => {
    const time = Number(new URLSearchParams(route.request().postData() ?? '').get('time'));
    // The query for a week ago never gets a response.
    if (time > NOW - WEEK) await route.continue();
  });
  await compare('1 week earlier');
  await expect.poll(() => times.includes(NOW - WEEK)).toBe(true);
  await compare('1 day earlier');
  await expect.poll(states).toEqual(AGAINST.day);
  expect([...new Set(cancelled)]).toEqual(['net::ERR_ABORTED']);
});
