import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { createPageServer } from '../../grafana-plugin/standalone/server.mjs';
import { onFileEnd } from '../harness/cleanup.ts';
import { openBrowser, openPage } from '../harness/open-browser.ts';

/** The panel in a real browser, with a Prometheus that answers as the test wants. */

let url: string;
let page: Page;
let delay: number;
let broken: boolean;
/** Whatever the browser complains of. */
const complaints: string[] = [];

/** Answers every query of the panel with the same dependencies: web calls two others. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const query = new URLSearchParams(await text(request)).get('query') ?? '';
  await sleep(delay);
  if (broken) {
    response.writeHead(503).end(JSON.stringify({ status: 'error', error: 'too many queries' }));
    return;
  }
  const edge = (service: string, port: string) => ({
    direction: 'outbound',
    network_transport: 'tcp',
    src_service: 'web',
    src_host: 'front',
    src_address: '10.0.0.1',
    dst_service: service,
    dst_host: 'back',
    dst_address: '10.0.0.2',
    dst_port: port,
    ...(query.includes('io_bytes') && { network_io_direction: 'transmit' }),
  });
  const result = [edge('שירות', '8080'), edge('\u202Eyo', '9090')].map((metric) => ({
    metric,
    value: [0, '7'],
  }));
  const listen = query.includes('dependency_listen');
  response.end(JSON.stringify({ status: 'success', data: { result: listen ? [] : result } }));
}

beforeAll(async () => {
  const prometheus = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
  onFileEnd(() => prometheus.close());
  const { port } = prometheus.address() as AddressInfo;
  const server = await createPageServer({ prometheusUrl: `http://127.0.0.1:${port}` });
  onFileEnd(() => server.close());
  url = server.url;
  const browser = await openBrowser();
  page = await openPage(browser, { complaints });
});

beforeEach(() => {
  delay = 0;
  broken = false;
  complaints.length = 0;
});

async function open(size: { width: number; height: number }, refresh = ''): Promise<void> {
  await page.setViewportSize(size);
  await page.goto(`${url}/?from=now-1h&to=now&refresh=${refresh}`);
}

const ready = () => page.locator('[data-panel-state=ready][data-refreshing=false]').waitFor();
const tooltip = () => page.getByTestId('musubi-tooltip');

async function boxOf(id: string) {
  const box = await page.getByTestId(id).boundingBox();
  if (!box) throw new Error(`${id} is not there`);
  return box;
}

it('details stay within a small panel, wherever the pointer is', async () => {
  await open({ width: 400, height: 300 });
  await ready();
  const panel = await boxOf('musubi-panel');
  let seen = 0;
  for (let y = panel.y + 8; y < panel.y + panel.height; y += 16) {
    for (let x = panel.x + 8; x < panel.x + panel.width; x += 24) {
      await page.mouse.move(x, y);
      if ((await tooltip().count()) === 0) continue;
      seen++;
      const box = await boxOf('musubi-tooltip');
      expect(box.x).toBeGreaterThanOrEqual(panel.x);
      expect(box.y).toBeGreaterThanOrEqual(panel.y);
      expect(box.x + box.width).toBeLessThanOrEqual(panel.x + panel.width);
      expect(box.y + box.height).toBeLessThanOrEqual(panel.y + panel.height);
    }
  }
  expect(seen).toBeGreaterThan(5);
});

it('the keyboard reaches every dependency, pins its details and lets them go', async () => {
  await open({ width: 1280, height: 800 });
  await ready();
  await page.getByTestId('musubi-edges').locator('tbody').getByRole('button').first().focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  const heading = page.getByTestId('musubi-pinned').getByRole('heading');
  const first = await heading.textContent();
  // Back to the row.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  expect([first, await heading.textContent()].sort()).toEqual([
    // A name that would turn the rest around is isolated, one that pretends to be another shows that it does.
    'web → \u2068שירות\u2069 :8080',
    'web → \uFFFDyo :9090',
  ]);
  await page.keyboard.press('Escape');
  expect(await page.getByTestId('musubi-pinned').count()).toBe(0);
  expect(complaints).toEqual([]);
});

it('a Prometheus slower than the refresh is waited for', async () => {
  delay = 2500;
  await open({ width: 1280, height: 800 }, '1s');
  expect(await page.getByTestId('musubi-panel').textContent()).toContain('Loading');
  await ready();
});

it('a Prometheus that fails is told of, and the graph is back once it answers', async () => {
  await open({ width: 1280, height: 800 }, '1s');
  await ready();
  broken = true;
  const message = page.getByTestId('musubi-state');
  await message.waitFor();
  expect(await message.textContent()).toContain('too many queries');
  broken = false;
  await ready();
  // The browser itself logs each 503; nothing else may be there.
  expect(complaints.filter((text) => !text.includes('503'))).toEqual([]);
});
