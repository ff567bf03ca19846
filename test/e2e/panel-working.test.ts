import { type Browser, chromium, type Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { createPageServer } from '../../grafana-plugin/standalone/server.mjs';
import { onFileEnd } from '../harness/cleanup.ts';
import { answerFor, type Dependency, type Places } from '../harness/estate.ts';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { toolPath } from '../harness/places.ts';

/** Working with the graph in a real browser: what can be clicked and typed, and what is shown then. */

const PLACES: Places = {
  web: { host: 'front-1', site: 'tokyo' },
  cart: { host: 'back-1', site: 'tokyo' },
  api: { host: 'back-1', site: 'tokyo' },
  db: { host: 'data-1', site: 'osaka' },
  cache: { host: 'data-1', site: 'osaka' },
};

const DEPENDENCIES: readonly Dependency[] = [
  { from: 'web', to: 'api', port: '8080', bytes: 5_000_000 },
  { from: 'web', to: 'cart', port: '8081', bytes: 200_000 },
  { from: 'cart', to: 'db', port: '5432' },
  { from: 'api', to: 'db', port: '5432', bytes: 900_000 },
  { from: 'api', to: 'cache', port: '6379' },
];

let browser: Browser;
let page: Page;
let url: string;
const complaints: string[] = [];

beforeAll(async () => {
  const prometheusUrl = await startFakePrometheus((query) => answerFor(query, DEPENDENCIES, PLACES));
  const server = await createPageServer({ prometheusUrl });
  onFileEnd(() => server.close());
  url = server.url;
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  browser = await chromium.launch({ executablePath: toolPath('chromium'), args });
  onFileEnd(() => browser.close());
});

beforeEach(async () => {
  complaints.length = 0;
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await open();
  return async () => {
    await page.close();
    expect(complaints).toEqual([]);
  };
});

async function open(search = 'refresh='): Promise<void> {
  await page.goto(`${url}/?${search}`);
  await page.locator('[data-panel-state=ready][data-refreshing=false]').waitFor();
}

/** `web → api`, of each row of the table, sorted. */
const listed = () =>
  page
    .getByTestId('musubi-edges')
    .locator('tbody tr')
    .evaluateAll((rows) =>
      (rows as unknown as { dataset: Record<string, string> }[])
        .map(({ dataset }) => `${dataset.source} → ${dataset.destination}`)
        .sort(),
    );

const optionsInUrl = () => JSON.parse(new URL(page.url()).searchParams.get('options') ?? '{}');

it('shows sites, hosts, services or processes, and keeps the choice in its address', async () => {
  await page.getByRole('radio', { name: 'Site' }).check({ force: true });
  await expect.poll(listed).toEqual(['tokyo → osaka']);
  await page.getByRole('radio', { name: 'Host' }).check({ force: true });
  await expect.poll(listed).toEqual(['back-1 → data-1', 'front-1 → back-1']);
  expect(optionsInUrl()).toMatchObject({ level: 'host' });
  await page.reload();
  await expect.poll(listed).toEqual(['back-1 → data-1', 'front-1 → back-1']);
  await page.getByRole('radio', { name: 'Instance' }).check({ force: true });
  await expect.poll(listed).toHaveLength(DEPENDENCIES.length);
});

it('frames what belongs together', async () => {
  await page.getByRole('button', { name: 'Frames: No frames' }).click();
  await page.getByRole('menuitemradio', { name: 'Frame hosts' }).click();
  await page.getByRole('button', { name: 'Frames: Frame hosts' }).waitFor();
  expect(optionsInUrl()).toMatchObject({ frames: 'host' });
  await expect.poll(() => page.getByTestId('musubi-canvas').getAttribute('data-frames')).toBe('3');
});
