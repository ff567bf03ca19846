import { expect, it } from 'vitest';
import { answerFor } from '../harness/estate.ts';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { fetchFor } from '../harness/open-browser.ts';
import { panelPage } from '../harness/panel-page.ts';

/** The panel lays its graph out in a worker, or on the main thread if the page's policy forbids workers. */

const LOCATIONS = { web: { host: 'front', site: '' }, api: { host: 'back', site: '' } };

const graph = panelPage(() =>
  startFakePrometheus((query) => answerFor(query, [{ from: 'web', to: 'api', port: '80' }], LOCATIONS)),
);

/** Resolves once anything is drawn on the canvas. */
const untilDrawn = () =>
  graph.page.waitForFunction(`(() => {
    const canvas = document.querySelector('[data-testid="musubi-canvas"]');
    const pixels = canvas?.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels?.some((value) => value > 0);
  })()`);

/** The addresses of the workers that the page starts from now on. */
function recordWorkers(): string[] {
  const workers: string[] = [];
  graph.page.on('worker', (worker) => workers.push(worker.url()));
  return workers;
}

it('lays the graph out in a worker created from the plugin itself', async () => {
  const workers = recordWorkers();
  await graph.open();
  await untilDrawn();
  expect(workers).toHaveLength(1);
  expect(workers[0]).toMatch(/^blob:/);
});

it('draws the graph if the policy of the page forbids workers', async () => {
  graph.mayComplain(/worker-src 'none'/);
  const workers = recordWorkers();
  await graph.page.route(/\/\?/, async (route) => {
    const response = await fetchFor(route);
    const policy = `${response.headers()['content-security-policy']};worker-src 'none'`;
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
  });
  await graph.open();
  await untilDrawn();
  expect(workers).toEqual([]);
});
