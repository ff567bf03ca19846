import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { type Answer, startFakePrometheus } from '../harness/fake-prometheus.ts';
import { rowsOn, untilReady } from '../harness/panel.ts';
import { panelPage } from '../harness/panel-page.ts';

/** The panel in a real browser, with a fake Prometheus. */

let delay: number;
let broken: boolean;

/** Returns the same dependencies for every query of the panel: web depends on two others. */
async function answer(query: string): Promise<Answer> {
  await sleep(delay);
  if (broken) return new Error('too many queries');
  if (query.includes('dependency_listen')) return [];
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
  return [edge('שירות', '8080'), edge('\u202Eyo', '9090')].map((labels) => ({ labels, value: 7 }));
}

const graph = panelPage(() => startFakePrometheus(answer));

beforeEach(() => {
  delay = 0;
  broken = false;
});

async function open(size: { width: number; height: number }, refresh = ''): Promise<void> {
  await graph.page.setViewportSize(size);
  await graph.page.goto(`${graph.url}/?from=now-1h&to=now&refresh=${refresh}`);
}

const ready = () => untilReady(graph.page);
const tooltip = () => graph.page.getByTestId('musubi-tooltip');

async function boxOf(id: string) {
  const box = await graph.page.getByTestId(id).boundingBox();
  if (!box) throw new Error(`${id} is not on the page`);
  return box;
}

it('details stay within a small panel, wherever the pointer is', async () => {
  await open({ width: 400, height: 300 });
  await ready();
  const panel = await boxOf('musubi-panel');
  let seen = 0;
  for (let y = panel.y + 8; y < panel.y + panel.height; y += 16) {
    for (let x = panel.x + 8; x < panel.x + panel.width; x += 24) {
      await graph.page.mouse.move(x, y);
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

it('the keyboard reaches every dependency, pins its details and closes them', async () => {
  await open({ width: 1280, height: 800 });
  await ready();
  await rowsOn(graph.page).getByRole('button').first().focus();
  await graph.page.keyboard.press('End');
  await graph.page.keyboard.press('Enter');
  const heading = graph.page.getByTestId('musubi-pinned').getByRole('heading');
  const first = await heading.textContent();
  // Back to the row.
  await graph.page.keyboard.press('Escape');
  await graph.page.keyboard.press('Home');
  await graph.page.keyboard.press('Enter');
  expect([first, await heading.textContent()].sort()).toEqual([
    // A name that would reverse the rest is isolated; one that imitates another is made visible.
    'web → \u2068שירות\u2069 :8080',
    'web → \uFFFDyo :9090',
  ]);
  await graph.page.keyboard.press('Escape');
  expect(await graph.page.getByTestId('musubi-pinned').count()).toBe(0);
});

it('a Prometheus slower than the refresh interval still gets its responses shown', async () => {
  delay = 2500;
  await open({ width: 1280, height: 800 }, '1s');
  expect(await graph.page.getByTestId('musubi-panel').textContent()).toContain('Loading');
  await ready();
});

it('a failing Prometheus is reported above the last graph, which stays until it recovers', async () => {
  // The browser logs each failure; other errors must not occur.
  graph.mayComplain(/503/);
  await open({ width: 1280, height: 800 }, '1s');
  await ready();
  const before = await graph.listed();
  broken = true;
  const failure = graph.page.locator('[data-testid=musubi-failure][data-kept=true]');
  await failure.waitFor();
  expect(await failure.textContent()).toMatch(/this is the result of \d{4}-.*too many queries/);
  expect(await graph.listed()).toEqual(before);
  broken = false;
  await failure.waitFor({ state: 'detached' });
  await ready();
});

it('without an earlier graph, the error of Prometheus is shown', async () => {
  graph.mayComplain(/503/);
  broken = true;
  await open({ width: 1280, height: 800 }, '1s');
  const message = graph.page.locator('[data-testid=musubi-state][data-state=error]');
  await message.waitFor();
  expect(await message.textContent()).toContain('too many queries');
  broken = false;
  await ready();
});
