import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { createPageServer } from '../../grafana-plugin/standalone/server.mjs';
import { onFileEnd } from '../harness/cleanup.ts';
import { answerFor, type Dependency, type Places } from '../harness/estate.ts';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { openBrowser, openPage } from '../harness/open-browser.ts';

/** The table twin in a real browser: sorted by any column, with the pointer or the keyboard, however long it is. */

const FEW: readonly Dependency[] = [
  { from: 'web', to: 'db-10', port: '8080', bytes: 300, opened: 9 },
  { from: 'web', to: 'db-2', port: '443', bytes: 20_000, opened: 10 },
  { from: 'api', to: 'db-2', port: '90', bytes: 4000, opened: 100 },
];
/** As many as a large estate has at once. */
const MANY: readonly Dependency[] = Array.from({ length: 3000 }, (_, i) => ({
  from: `s${i % 300}`,
  to: `s${(i * 7 + 1) % 300}`,
  port: `${1000 + i}`,
  bytes: i,
}));
const PLACES: Places = Object.fromEntries(
  [...FEW, ...MANY].flatMap(({ from, to }) => [from, to].map((name) => [name, { host: 'h', site: '' }])),
);

let dependencies = FEW;
let browser: Browser;
let page: Page;
let url: string;
const complaints: string[] = [];

beforeAll(async () => {
  const prometheusUrl = await startFakePrometheus((query) =>
    /ALERTS|allowed|expected/.test(query) ? [] : answerFor(query, dependencies, PLACES),
  );
  const server = await createPageServer({ prometheusUrl });
  onFileEnd(() => server.close());
  url = server.url;
  browser = await openBrowser();
});

beforeEach(async () => {
  dependencies = FEW;
  complaints.length = 0;
  page = await openPage(browser);
  page.on('pageerror', (error) => complaints.push(String(error)));
  return async () => {
    await page.close();
    expect(complaints).toEqual([]);
  };
});

async function open(refresh = ''): Promise<void> {
  await page.goto(`${url}/?refresh=${refresh}`);
  await page.locator('[data-panel-state=ready][data-refreshing=false]').waitFor();
  await page.getByRole('button', { name: 'Table' }).click();
}

const table = () => page.getByTestId('musubi-edges');
const rows = () => table().locator('tr[data-row]');
const head = (name: string) => table().getByRole('button', { name, exact: true });
/** A column of all rows, as programs read it. */
const column = (name: string) =>
  rows().evaluateAll((all, key) => all.map((row) => row.getAttribute(`data-${key}`)), name);
const sortedBy = () =>
  table()
    .locator('th[aria-sort]')
    .evaluateAll((all) => all.map((each) => `${each.textContent} ${each.getAttribute('aria-sort')}`));
/** What a viewer has chosen in the first panel. */
const chosen = () => JSON.parse(new URL(page.url()).searchParams.get('musubi-1') ?? '{}');

it('is sorted by most bytes first, then by whatever column is clicked', async () => {
  await open();
  expect(await column('port')).toEqual(['443', '90', '8080']);
  expect(await sortedBy()).toEqual(['Bytes descending']);
  await head('Port').click();
  await expect.poll(() => column('port')).toEqual(['90', '443', '8080']);
  await head('Port').click();
  await expect.poll(() => column('port')).toEqual(['8080', '443', '90']);
  expect(await sortedBy()).toEqual(['Port descending']);
  await head('Destination').click();
  await expect.poll(() => column('destination')).toEqual(['db-2', 'db-2', 'db-10']);
});

it('is sorted by the keyboard as well, and stays so in its address and in the file saved', async () => {
  await open();
  await head('Connections').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => column('connections')).toEqual(['100', '10', '9']);
  await page.keyboard.press('Space');
  await expect.poll(() => column('connections')).toEqual(['9', '10', '100']);
  expect(chosen()).toMatchObject({ sort: { column: 'opened', descending: false } });
  await page.reload();
  await page.locator('[data-panel-state=ready][data-refreshing=false]').waitFor();
  await expect.poll(() => column('connections')).toEqual(['9', '10', '100']);
  await page.getByRole('button', { name: 'Export' }).click();
  const saved = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'CSV table' }).click();
  const lines = (await readFile(await (await saved).path(), 'utf8')).trimEnd().split('\r\n');
  const at = lines[0]?.split(',').indexOf('connections_opened') ?? -1;
  expect(lines.slice(1).map((line) => line.split(',')[at])).toEqual(['9', '10', '100']);
});

it('of thousands of rows only those in sight are there, and the keyboard reaches each', async () => {
  dependencies = MANY;
  await open();
  expect(await table().getAttribute('aria-rowcount')).toBe(`${MANY.length + 1}`);
  expect(await rows().count()).toBeLessThan(60);
  await rows().getByRole('button').first().focus();
  await page.keyboard.press('End');
  await expect.poll(focused).toEqual({ index: `${MANY.length + 1}`, isSeen: true });
  await page.keyboard.press('PageUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toEqual({ index: '3', isSeen: true });
  // Who scrolls away finds the keyboard where it was.
  await page.mouse.move(640, 700);
  await page.mouse.wheel(0, 40_000);
  await expect.poll(async () => Number((await column('bytes')).at(-1))).toBeLessThan(1700);
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toEqual({ index: '4', isSeen: true });
  await page.getByRole('button', { name: 'Table' }).click();
  expect(await rows().count()).toBeLessThanOrEqual(101);
});

/** The row that has the focus, and whether it is within what is scrolled, below the head. */
const focused = () =>
  page.evaluate(`(() => {
    const row = document.activeElement?.closest('tr');
    const box = row?.getBoundingClientRect();
    const pane = row?.closest('div').getBoundingClientRect();
    const head = row?.closest('table').querySelector('th').getBoundingClientRect();
    const isSeen = box !== undefined && box.top >= head.bottom - 1 && box.bottom <= pane.bottom;
    return { index: row?.getAttribute('aria-rowindex'), isSeen };
  })()`);

it('the keyboard stays with its dependency when a refresh sorts the table anew', async () => {
  await open('1s');
  await rows().getByRole('button').first().focus();
  const port = () => page.evaluate('document.activeElement.closest("tr")?.dataset.port');
  expect(await port()).toBe('443');
  dependencies = FEW.map((each) => ({ ...each, bytes: each.port === '443' ? 1 : 5000 }));
  await expect.poll(() => column('port')).toEqual(['90', '8080', '443']);
  await expect.poll(port).toBe('443');
});
