import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { createPageServer } from '../../grafana-plugin/standalone/server.mjs';
import { onFileEnd } from '../harness/cleanup.ts';
import { openBrowser, openPage } from '../harness/open-browser.ts';

/** Where the panel lays its graph out: in a worker, and on the spot where the page's policy forbids those. */

let url: string;
let browser: Browser;

beforeAll(async () => {
  const prometheus = createServer(async (request, response) => {
    const query = new URLSearchParams(await text(request)).get('query') ?? '';
    const metric = {
      direction: 'outbound',
      network_transport: 'tcp',
      src_service: 'web',
      src_host: 'front',
      src_address: '10.0.0.1',
      dst_service: 'api',
      dst_host: 'back',
      dst_address: '10.0.0.2',
      dst_port: '80',
    };
    const result = query.includes('last_seen') ? [{ metric, value: [0, '7'] }] : [];
    response.end(JSON.stringify({ status: 'success', data: { result } }));
  });
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
  onFileEnd(() => prometheus.close());
  const { port } = prometheus.address() as AddressInfo;
  const server = await createPageServer({ prometheusUrl: `http://127.0.0.1:${port}` });
  onFileEnd(() => server.close());
  url = server.url;
  browser = await openBrowser();
});

/** The canvas has ink where a card of the only edge stands. */
const isDrawn = (page: Page) =>
  page.waitForFunction(`(() => {
    const canvas = document.querySelector('[data-testid="musubi-canvas"]');
    const pixels = canvas?.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels?.some((value) => value > 0);
  })()`);

it('lays out in a worker that is made of the plugin itself', async () => {
  const page = await openPage(browser);
  const workers: string[] = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  await page.goto(url);
  await isDrawn(page);
  expect(workers).toHaveLength(1);
  expect(workers[0]).toMatch(/^blob:/);
  await page.close();
});

it('draws the graph where the policy of the page forbids workers', async () => {
  const page = await openPage(browser);
  const workers: string[] = [];
  const errors: string[] = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.route(url, async (route) => {
    const response = await route.fetch();
    const policy = `${response.headers()['content-security-policy']};worker-src 'none'`;
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
  });
  await page.goto(url);
  await isDrawn(page);
  expect(workers).toEqual([]);
  expect(errors).toEqual([]);
  await page.close();
});
