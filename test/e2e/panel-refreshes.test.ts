import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { largeEstate } from '../harness/large-estate.ts';
import { openBrowser, openPage } from '../harness/open-browser.ts';
import { exportFrom, rowsOn } from '../harness/panel.ts';
import { servePage } from '../harness/serve-page.ts';

/** A hundred refreshes in a row, each with new values for the same dependencies. */

const NODES = 200;
const REFRESHES = 100;

let page: Page;
let round = 0;

beforeAll(async () => {
  const estate = largeEstate(NODES, 500);
  const url = await servePage(await startFakePrometheus((query) => estate(query, round)));
  page = await openPage(await openBrowser());
  await page.goto(`${url}/?refresh=`);
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
const image = async () => `${(await exportFrom(page, 'SVG image')).content}`;

/** The position and width of each card, in the order of the image. */
const cornersIn = (svg: string): string[] =>
  [...svg.matchAll(/<rect x="(\S+)" y="(\S+)" width="(\S+)" height="46"/g)].map((match) =>
    match.slice(1).join(' '),
  );

it('a refresh moves no node, and shows the latest values', { timeout: 300_000 }, async () => {
  const before = await image();
  for (let i = 0; i < REFRESHES; i++) await refresh();
  const after = await image();
  expect(cornersIn(before).length).toBeGreaterThanOrEqual(NODES);
  expect(cornersIn(after)).toEqual(cornersIn(before));
  expect(await rowsOn(page).first().getAttribute('data-last-seen')).toBe(`${1_800_000_000 + REFRESHES}`);
});
