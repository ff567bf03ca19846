import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { largeEstate } from '../harness/large-estate.ts';
import { openBrowser, openPage } from '../harness/open-browser.ts';
import { exportFrom, pictureOn } from '../harness/panel.ts';
import { servePage } from '../harness/serve-page.ts';

/** A graph of 10,000 services and 50,000 dependencies in a real browser, zoomed out and in. */

const NODES = 10_000;
const EDGES = 50_000;
/** Other tests run at the same time, on few cores. */
const PATIENCE = 120_000;

let url: string;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  const estate = largeEstate(NODES, EDGES);
  url = await servePage(await startFakePrometheus((query) => estate(query)));
  page = await openPage(await openBrowser(), { complaints });
  page.setDefaultTimeout(PATIENCE);
});

const canvas = () => page.getByTestId('musubi-canvas');
const drawn = (detail: 'tiles' | 'dots' | 'cards') =>
  page.locator(`[data-testid=musubi-canvas][data-drawn=true][data-detail=${detail}]`).waitFor();

async function open(options: object): Promise<void> {
  const chosen = encodeURIComponent(JSON.stringify(options));
  await page.goto(`${url}/?refresh=&options=${chosen}`);
  await page.locator(`[data-testid=musubi-canvas][data-drawn=true][data-cards="${NODES}"]`).waitFor();
}

/** The middle of the canvas. */
async function middle(): Promise<{ x: number; y: number }> {
  const box = await canvas().boundingBox();
  if (!box) throw new Error('nothing is drawn');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** The number of the drawing's pixels that differ from the background. */
const ink = () =>
  canvas().evaluate((element) => {
    // Runs in the page, whose types are not available here.
    const { width, height, getContext } = element as unknown as Canvas;
    const { data } = getContext.call(element, '2d').getImageData(0, 0, width, height);
    return data.reduce((sum, value, i) => sum + (i % 4 === 3 && value > 0 ? 1 : 0), 0);
  });

interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: string): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}

const picture = () => pictureOn(page);

/** Moves the pointer along the middle until a tooltip matches, and returns its text. */
async function tooltipMatching(pattern: RegExp): Promise<string> {
  const { x, y } = await middle();
  const tooltip = page.getByTestId('musubi-tooltip');
  for (let step = 0; step < 120; step++) {
    await page.mouse.move(x + (step % 2 ? step : -step) * 4, y + (step % 7) * 3);
    const text = (await tooltip.count()) > 0 ? ((await tooltip.textContent()) ?? '') : '';
    if (pattern.test(text)) return text;
  }
  throw new Error(`no tooltip in the middle matches ${pattern}`);
}

async function zoomIn(until: 'dots' | 'cards'): Promise<void> {
  const { x, y } = await middle();
  await page.mouse.move(x, y);
  for (let turn = 0; turn < 30; turn++) {
    if ((await canvas().getAttribute('data-detail')) === until) break;
    await page.mouse.wheel(0, -240);
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
  await drawn(until);
}

describe('without frames', { timeout: 3 * PATIENCE }, () => {
  it('shows dots when zoomed out, with a tooltip for each', async () => {
    await open({});
    await drawn('dots');
    expect(await ink()).toBeGreaterThan(10_000);
    expect(await tooltipMatching(/service-\d+/)).toMatch(/service-\d+/);
  });

  it('shows cards when zoomed in', async () => {
    await zoomIn('cards');
    expect(await tooltipMatching(/Host/)).toMatch(/service-\d+-\d+.*host-\d+/);
  });

  it('finds a service, and centres it', async () => {
    const search = page.getByRole('textbox', { name: 'Search the graph' });
    await search.fill('service=service-106-4326');
    await expect
      .poll(() => page.getByRole('status').first().textContent(), { timeout: PATIENCE })
      .toBe('1 found');
    await search.press('Enter');
    await expect
      .poll(() => page.getByTestId('musubi-pinned').getByRole('heading').textContent())
      .toBe('service-106-4326');
    await drawn('cards');
    const { x, y } = await middle();
    await page.mouse.move(x + 3, y + 3);
    await page.mouse.click(x, y);
    expect(await page.getByTestId('musubi-pinned').getByRole('heading').textContent()).toBe(
      'service-106-4326',
    );
    await search.press('Escape');
  });

  it('follows a drag at once, and Fit resets the view', async () => {
    await page.getByRole('button', { name: 'Fit', exact: true }).click();
    await drawn('dots');
    await page.mouse.move(0, 0);
    await drawn('dots');
    const fitted = await picture();
    const { x, y } = await middle();
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 40, y + 30);
    await page.mouse.move(x + 150, y + 90);
    await page.evaluate('new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))');
    expect(await picture()).not.toBe(fitted);
    await page.mouse.up();
    await drawn('dots');
    await page.getByRole('button', { name: 'Fit', exact: true }).click();
    await page.mouse.move(0, 0);
    await expect.poll(picture, { timeout: PATIENCE }).toBe(fitted);
  });

  it.each([
    ['SVG image', /^<svg .*>service-106-4326<.*<\/svg>\n$/s],
    ['CSV table', /service-106-4326/],
    ['JSON', /service-106-4326/],
  ])('exports the whole graph: %s', async (choice, content) => {
    expect(`${(await exportFrom(page, choice)).content}`).toMatch(content);
  });

  it('exports an image of a size that browsers can show', async () => {
    const { content: png } = await exportFrom(page, 'PNG image');
    // PNG, section 11.2.2: width and height.
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    expect(Math.max(width, height)).toBeGreaterThan(4000);
    expect(Math.max(width, height)).toBeLessThanOrEqual(8192);
  });
});

describe('with frames for sites', { timeout: 3 * PATIENCE }, () => {
  it('shows a tile with a tooltip for each site, and zooms into it on click', async () => {
    await open({ frames: 'site' });
    await drawn('tiles');
    expect(await tooltipMatching(/Nodes/)).toMatch(/site-\d.*Nodes1,000/);
    await page.mouse.down();
    await page.mouse.up();
    await drawn('dots');
    await zoomIn('cards');
    expect(await tooltipMatching(/Host/)).toMatch(/host-\d+/);
  });
});

it('the browser logs no errors', () => {
  expect(complaints).toEqual([]);
});
