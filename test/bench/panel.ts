/** How soon the panel draws graphs, how smoothly they pan, and how much memory they need, in a real browser. */
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { createPageServer } from '../../grafana-plugin/standalone/server.mjs';
import { BROWSER_FLAGS } from '../harness/browser-flags.ts';
import { largeEstate } from '../harness/large-estate.ts';
import { findTool, toolPath } from '../harness/places.ts';
import { type BenchmarkOptions, type Finding, progress } from './benchmark.ts';
import { estimate } from './pairs.ts';
import { type Estate, startEstate } from './panel-estate.ts';
import { BEFORE_PAGE, type Measured } from './panel-probe.ts';

const GRAPHS = [
  { nodes: 300, edges: 900 },
  { nodes: 1000, edges: 3000 },
  { nodes: 10_000, edges: 50_000 },
] as const;

/** How to install what is missing, or undefined. */
export const howToInstallBrowser = (): string | undefined =>
  findTool('chromium') ? undefined : 'missing: Chromium, which `npm test` installs';

/** From the last response to the first drawing. */
const FIRST_PICTURE_BAR = 2000;
/** Frames at the display's own rate: their 95th percentile is that of an empty page, within the noise. */
const PAN_BAR = 1.1;
const REFRESHES = 100;
/** Of the graph that is refreshed a hundred times. */
const REFRESHED = 1000;
/** Growth of the heap that counts as noise. */
const LEAK_BAR = 1.05;
const PAN_SECONDS = 4;
const MEBIBYTE = 2 ** 20;
const PATIENCE = 180_000;
const VIEWPORT = { width: 1280, height: 800 };

interface Frames {
  readonly median: number;
  readonly p95: number;
}

export async function panel({ quick }: BenchmarkOptions): Promise<Finding> {
  const browser = await chromium.launch({ executablePath: toolPath('chromium'), args: BROWSER_FLAGS });
  try {
    const rows: string[][] = [];
    const raw: Record<string, unknown> = {};
    for (const { nodes, edges } of quick ? GRAPHS.slice(0, 1) : GRAPHS) {
      const name = `${nodes.toLocaleString('en')} / ${edges.toLocaleString('en')}`;
      const estate = await startEstate(largeEstate(nodes, edges));
      const server = await createPageServer({ prometheusUrl: estate.url });
      try {
        const figures = await measure(browser, { url: server.url, estate, nodes, quick });
        raw[name] = figures;
        rows.push(rowOf(name, figures));
        progress(`${name}: ${rows.at(-1)?.slice(1).join(', ')}`);
      } finally {
        await server.close();
        await estate.close();
      }
    }
    const head = [
      'nodes / edges',
      `first picture (≤ ${FIRST_PICTURE_BAR / 1000} s)`,
      'frames while panned: median, 95 %',
      'of an empty page',
      `÷ empty, 95 % (≤ ${PAN_BAR})`,
      'JavaScript heap',
      'canvases',
      `heap after ${REFRESHES} refreshes`,
    ];
    return { head, rows, raw };
  } finally {
    await browser.close();
  }
}

interface Figures {
  readonly first: readonly number[];
  readonly pan: Frames;
  readonly empty: Frames;
  readonly heap: number;
  readonly canvases: number;
  /** The heap after the refreshes divided by that before; undefined if not measured. */
  readonly growth: number | undefined;
}

interface Subject {
  readonly url: string;
  readonly estate: Estate;
  readonly nodes: number;
  readonly quick: boolean;
}

async function measure(browser: Browser, subject: Subject): Promise<Figures> {
  const { url, estate, nodes, quick } = subject;
  const page = await browser.newPage({ viewport: VIEWPORT });
  page.setDefaultTimeout(PATIENCE);
  await page.addInitScript(BEFORE_PAGE);
  try {
    const first: number[] = [];
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      await page.goto(`${url}/?refresh=`);
      await drawn(page);
      const { firstPicture, lastAnswer } = await measured(page);
      first.push(firstPicture - lastAnswer);
    }
    const pan = await framesWhilePanned(page, quick);
    const cdp = await page.context().newCDPSession(page);
    const heap = await heapOf(cdp);
    const { canvasBytes } = await measured(page);
    const growth = nodes === REFRESHED ? await growthOver(REFRESHES, { page, cdp, estate }) : undefined;
    await page.goto('about:blank');
    const empty = await framesWhilePanned(page, quick);
    return { first, pan, empty, heap, canvases: canvasBytes, growth };
  } finally {
    await page.close();
  }
}

function rowOf(name: string, { first, pan, empty, heap, canvases, growth }: Figures): string[] {
  const { median } = estimate(first);
  const ratio = pan.p95 / empty.p95;
  const milliseconds = ({ median, p95 }: Frames) => `${median.toFixed(1)} ms, ${p95.toFixed(1)} ms`;
  const met = (figure: number, bar: number) => (figure <= bar ? 'met' : 'missed');
  return [
    name,
    `${(median / 1000).toFixed(2)} s: ${met(median, FIRST_PICTURE_BAR)}`,
    milliseconds(pan),
    milliseconds(empty),
    `${ratio.toFixed(2)}: ${met(ratio, PAN_BAR)}`,
    `${(heap / MEBIBYTE).toFixed(0)} MiB`,
    `${(canvases / MEBIBYTE).toFixed(0)} MiB`,
    growth === undefined ? '–' : `× ${growth.toFixed(3)}: ${growth <= LEAK_BAR ? 'no leak' : 'leaks'}`,
  ];
}

const drawn = (page: Page) =>
  page.locator('[data-testid=musubi-canvas][data-drawn=true]:not([data-cards="0"])').waitFor();

const measured = (page: Page) => page.evaluate('window.measured()') as Promise<Measured>;

/** Frame times while the pointer drags the drawing, or an empty page. */
async function framesWhilePanned(page: Page, quick: boolean): Promise<Frames> {
  const [x, y] = [VIEWPORT.width / 2, VIEWPORT.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 20, y);
  await page.evaluate('window.startFrames()');
  const end = Date.now() + (quick ? 1 : PAN_SECONDS) * 1000;
  for (let step = 0; Date.now() < end; step++) {
    await page.mouse.move(x + 200 * Math.cos(step / 20), y + 120 * Math.sin(step / 13));
  }
  const intervals = (await page.evaluate('window.endFrames()')) as number[];
  await page.mouse.up();
  const sorted = intervals.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95) };
}

/** Bytes of JavaScript in use after garbage collection. */
async function heapOf(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return usedSize;
}

interface Refreshed {
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly estate: Estate;
}

/** Growth of the heap over so many refreshes, each with new figures. The first few fill caches. */
async function growthOver(refreshes: number, { page, cdp, estate }: Refreshed): Promise<number> {
  const refresh = async (times: number) => {
    for (let i = 0; i < times; i++) {
      estate.next();
      const runs = Number(await page.getByTestId('musubi-page').getAttribute('data-runs'));
      await page.getByRole('button', { name: 'Refresh' }).first().click();
      await page.locator(`[data-testid=musubi-page][data-state=done][data-runs="${runs + 1}"]`).waitFor();
      await drawn(page);
    }
    return heapOf(cdp);
  };
  const before = await refresh(5);
  return (await refresh(refreshes)) / before;
}
