import { expect, it } from 'vitest';
import { answerFor } from '../harness/estate.ts';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { fetchFor } from '../harness/open-browser.ts';
import { panelPage } from '../harness/panel-page.ts';

/** The panel lays its graph out in a worker, or on the main thread if the page's policy forbids workers. */

const PLACES = { web: { host: 'front', site: '' }, api: { host: 'back', site: '' } };

const graph = panelPage(() =>
  startFakePrometheus((query) => answerFor(query, [{ from: 'web', to: 'api', port: '80' }], PLACES)),
);

/** The canvas has ink where a card of the only edge stands. */
const isDrawn = () =>
  graph.page.waitForFunction(`(() => {
    const canvas = document.querySelector('[data-testid="musubi-canvas"]');
    const pixels = canvas?.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels?.some((value) => value > 0);
  })()`);

/** The addresses of the workers that the page starts. */
function workersOf(): string[] {
  const workers: string[] = [];
  graph.page.on('worker', (worker) => workers.push(worker.url()));
  return workers;
}

it('lays out in a worker created from the plugin itself', async () => {
  const workers = workersOf();
  await graph.open();
  await isDrawn();
  expect(workers).toHaveLength(1);
  expect(workers[0]).toMatch(/^blob:/);
});

it('draws the graph if the policy of the page forbids workers', async () => {
  graph.mayComplain(/worker-src 'none'/);
  const workers = workersOf();
  await graph.page.route(/\/\?/, async (route) => {
    const response = await fetchFor(route);
    const policy = `${response.headers()['content-security-policy']};worker-src 'none'`;
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
  });
  await graph.open();
  await isDrawn();
  expect(workers).toEqual([]);
});
