import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { createPageServer } from '../../grafana-plugin/standalone/server.mjs';
import { onFileEnd } from '../harness/cleanup.ts';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { largeEstate } from '../harness/large-estate.ts';
import { openBrowser, openPage } from '../harness/open-browser.ts';

/** A hundred refreshes in a row, each with other figures of the same dependencies. */

const NODES = 200;
const REFRESHES = 100;

let page: Page;
let round = 0;

beforeAll(async () => {
  const estate = largeEstate(NODES, 500);
  const prometheusUrl = await startFakePrometheus((query) => estate(query, round));
  const server = await createPageServer({ prometheusUrl });
  onFileEnd(() => server.close());
  const browser = await openBrowser();
  page = await openPage(browser);
  await page.goto(`${server.url}/?refresh=`);
  await drawn();
});

const drawn = () =>
  page.locator(`[data-testid=musubi-canvas][data-drawn=true][data-cards="${NODES}"]`).waitFor();

async function refresh(): Promise<void> {
  const runs = Number(await page.getByTestId('musubi-page').getAttribute('data-runs'));
  round++;
  await page.getByRole('button', { name: 'Refresh' }).first().click();
  await page.locator(`[data-testid=musubi-page][data-state=done][data-runs="${runs + 1}"]`).waitFor();
  await drawn();
}

/** The drawing as an SVG image. */
async function image(): Promise<string> {
  await page.getByRole('button', { name: 'Export' }).click();
  const saved = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'SVG image' }).click();
  return `${await readFile(await (await saved).path())}`;
}

/** The corners of what stands in it, in its order. */
const cornersIn = (svg: string): string[] =>
  [...svg.matchAll(/<rect x="(\S+)" y="(\S+)" width="(\S+)" height="46"/g)].map((match) =>
    match.slice(1).join(' '),
  );

it('moves no node, and shows the latest figures', { timeout: 300_000 }, async () => {
  const before = await image();
  for (let i = 0; i < REFRESHES; i++) await refresh();
  const after = await image();
  expect(cornersIn(before).length).toBeGreaterThanOrEqual(NODES);
  expect(cornersIn(after)).toEqual(cornersIn(before));
  const seen = page.getByTestId('musubi-edges').locator('tbody tr').first();
  expect(await seen.getAttribute('data-last-seen')).toBe(`${1_800_000_000 + REFRESHES}`);
});
