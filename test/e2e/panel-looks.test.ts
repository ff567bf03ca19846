import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { answerFor, type Dependency, type ServiceLocations } from '../harness/estate.ts';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { panelPage } from '../harness/panel-page.ts';

/** The drawing as a viewer sees it: no flicker, and nothing covered. */

/** Enough nodes to fill a panel of any shape. */
const LEAVES = Array.from({ length: 60 }, (_, i) => `leaf-${i}`);
const LOCATIONS: ServiceLocations = Object.fromEntries(
  ['root', ...LEAVES].map((name) => [name, { host: name, site: '' }]),
);
const DEPENDENCIES: Dependency[] = LEAVES.map((to) => ({ from: 'root', to, port: '80' }));

const panel = panelPage(() => startFakePrometheus((query) => answerFor(query, DEPENDENCIES, LOCATIONS)));

it('is drawn in its final view right away', async () => {
  // From the first drawing on.
  await panel.page.addInitScript(`
    window.details = [];
    new MutationObserver(() => {
      const { cards = '0', detail } = document.querySelector('[data-testid=musubi-canvas]')?.dataset ?? {};
      if (cards !== '0') window.details.push(detail);
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-cards', 'data-detail', 'data-drawn'] });
  `);
  await panel.page.setViewportSize({ width: 300, height: 200 });
  await panel.open();
  await panel.page.locator('[data-testid=musubi-canvas][data-drawn=true][data-detail=dots]').waitFor();
  expect([...new Set(await panel.page.evaluate<string[]>('window.details'))]).toEqual(['dots']);
});

it('is not covered by the strips of a focus and a comparison', async () => {
  await panel.open(`refresh=&options=${encodeURIComponent('{"compare":"1d"}')}`);
  const search = panel.page.getByRole('textbox', { name: 'Search the graph' });
  await search.fill('service=root');
  await search.press('Enter');
  await search.press('Escape');
  await panel.page.getByRole('button', { name: 'Neighbors' }).click();
  await panel.page.getByTestId('musubi-focus').waitFor();
  await expect.poll(() => inkBelow(panel.page, 'musubi-compare')).toBe(0);
  expect(await inkBelow(panel.page, 'musubi-canvas')).toBeGreaterThan(1000);
});

it('shows a legible warning below the drawing if a query failed', async () => {
  await panel.page.route('**/api/v1/query', async (route) => {
    const query = new URLSearchParams(route.request().postData() ?? '').get('query');
    const answer = { status: 'error', error: 'too many samples' };
    await (query?.includes('connections_failed')
      ? route.fulfill({ status: 200, json: answer })
      : route.fallback());
  });
  await panel.open();
  const failure = panel.page.getByRole('alert');
  expect(await failure.textContent()).toContain(
    'dependencies or values may be missing · too many samples (query failed)',
  );
  // The drawing below does not show through.
  const background = `getComputedStyle(document.querySelector('[role=alert]')).backgroundColor`;
  expect(await panel.page.evaluate(background)).toMatch(/^rgb\(/);
  expect(await topOf(panel.page, 'musubi-failure')).toBeGreaterThan(400);
});

/** The number of pixels drawn below an element's upper border. */
async function inkBelow(page: Page, id: string): Promise<number> {
  const [top, canvas] = await Promise.all([topOf(page, id), topOf(page, 'musubi-canvas')]);
  return page.getByTestId('musubi-canvas').evaluate(
    (element, from) => {
      // Runs in the page, whose types are not available here.
      const { width, height, getContext } = element as unknown as Canvas;
      const { data } = getContext.call(element, '2d').getImageData(0, from, width, height - from);
      return data.reduce((sum, value, i) => sum + (i % 4 === 3 && value > 0 ? 1 : 0), 0);
    },
    Math.floor(top - canvas),
  );
}

async function topOf(page: Page, id: string): Promise<number> {
  const box = await page.getByTestId(id).boundingBox();
  if (!box) throw new Error(`${id} is not on the page`);
  return box.y;
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: string): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}
