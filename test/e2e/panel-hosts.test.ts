/** One build of the panel with the libraries of two Grafana versions: 12.4 with React 18, 13.2 with React 19. */

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildPage } from '../../grafana-plugin/standalone/build-page.mjs';
import { npmFolder } from '../../provisioning/local/npm-folder.mjs';
import { onFileEnd } from '../harness/cleanup.ts';
import { fetchFor, openBrowser, openPage } from '../harness/open-browser.ts';
import { pinEdge, rowsOn, untilDrawn } from '../harness/panel.ts';
import { type Prometheus, startPrometheus } from '../harness/prometheus.ts';
import { servePage } from '../harness/serve-page.ts';
import { shopHistory } from '../harness/shop.ts';

const HOSTS = [
  { grafana: '12.4.10', react: '18.3.1', libraries: npmFolder('grafana-12') },
  // The libraries that the page is built with.
  { grafana: '13.2.2', react: '19.3.1', libraries: undefined },
] as const;
const THEMES = ['dark', 'light'] as const;

let scratch: string;
/** The folder of the pictures: this test takes those of the plugin's page in Grafana's catalogue. */
let pictures: string;
let prometheus: Prometheus;
let browser: Browser;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'musubi-hosts-'));
  onFileEnd(() => rm(scratch, { recursive: true, force: true }));
  pictures = process.env.MUSUBI_PICTURES ?? scratch;
  prometheus = await startPrometheus([], { history: shopHistory(Math.floor(Date.now() / 1000)) });
  browser = await openBrowser();
});

describe.each(HOSTS)('Grafana $grafana with React $react', ({ grafana, react, libraries }) => {
  let url: string;
  let page: Page;
  /** Errors and warnings of the browser. */
  const complaints: string[] = [];

  beforeAll(async () => {
    const folder = libraries && join(scratch, grafana);
    if (folder) await buildPage({ out: folder, libraries });
    url = await servePage(prometheus.url, folder);
    page = await openPage(browser, { complaints });
    page.on('console', (message) => {
      if (message.type() === 'warning') complaints.push(message.text());
    });
  });

  describe.each(THEMES)('in the %s theme', (theme) => {
    beforeAll(() => open(theme));

    it('draws every edge', async () => {
      expect(await page.evaluate('System.get("package:react").version')).toBe(react);
      expect(await page.evaluate('grafanaBootData.settings.buildInfo.version')).toBe(grafana);
      expect(await rows().count()).toBe(12);
      expect(await coloursDrawn()).toBeGreaterThan(20);
      const picture = join(pictures, `graph-${theme}.png`);
      await page.screenshot({ path: picture });
      expect((await stat(picture)).size).toBeGreaterThan(20_000);
    });

    it('opens the details of an edge', async () => {
      await pinEdge(page);
      const details = page.getByTestId('musubi-pinned');
      await details.waitFor();
      const text = await details.textContent();
      // The first row has the most bytes.
      for (const part of ['report', 'postgres', '9120', '640', 'db-3', 'db-1', '5432'])
        expect(text).toContain(part);
      await page.getByTestId('musubi-trend').getByRole('img', { name: 'Connections opened: ' }).waitFor();
      // Each control has an icon; icons are loaded one after another.
      const controls = details.locator('a, button');
      await expect.poll(() => controls.locator('svg').count()).toBe(await controls.count());
      await page.screenshot({ path: join(pictures, `details-${theme}.png`) });
    });
  });

  it('shows the dependencies in a table', async () => {
    await open('light');
    await page.getByRole('button', { name: 'Table' }).click();
    const table = page.getByTestId('musubi-edges');
    expect((await table.boundingBox())?.height).toBeGreaterThan(200);
    expect(await table.ariaSnapshot()).toMatch(/report · db-3.*postgres · db-1.*5432/);
  });

  it('announces the graph and the focused node to screen readers', async () => {
    await open('dark');
    const toolbar = await page.getByRole('toolbar', { name: 'Dependency graph' }).ariaSnapshot();
    for (const part of [
      '- radiogroup "Level"',
      '- radio "Instance" [checked]',
      '- button "Hide idle"',
      '- textbox "Search the graph"',
      '- button "Table"',
      '- button "Export"',
    ])
      expect(toolbar).toContain(part);
    const graph = page.getByTestId('musubi-nodes');
    await graph.focus();
    await page.keyboard.press('End');
    expect(await graph.ariaSnapshot()).toMatch(
      /^- listbox "Dependency graph with \d+ nodes and 12 dependencies[^"]+":\n {2}- option "\S+ on \S+, used by \d+[^"]*"$/,
    );
    expect(await page.getByTestId('musubi-shown').ariaSnapshot()).toMatch(
      /^- status: "Shown: \d+ nodes, 12 dependencies/,
    );
    await page.keyboard.press('Enter');
    const details = page.getByRole('dialog', { name: 'Details' });
    await details.waitFor();
    const snapshot = await details.ariaSnapshot();
    for (const part of [/- button "Close details"/, /- heading "\S+" \[level=3\]/, /- rowheader "Used by"/])
      expect(snapshot).toMatch(part);
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('dialog');
    await page.keyboard.press('Escape');
    const header = await page.getByTestId('musubi-edges').locator('thead').ariaSnapshot();
    expect(header).toContain('- columnheader "Source":\n      - button "Source"');
    expect(await page.getByTestId('musubi-edges').getAttribute('aria-rowcount')).toBe('13');
  });

  it('is in Japanese if Grafana is', async () => {
    await open('dark', 'ja');
    const table = page.getByTestId('musubi-edges');
    await page.getByRole('button', { name: 'テーブル' }).click();
    expect(await table.locator('thead').textContent()).toContain('接続元接続先ポート');
    expect(await page.getByTestId('musubi-legend').textContent()).toContain('両端が報告');
    expect(await page.getByRole('toolbar', { name: '依存関係グラフ' }).count()).toBe(1);
    await page.getByRole('textbox', { name: 'グラフを検索' }).fill('rtt>a/b');
    expect(await page.getByTestId('musubi-search-error').textContent()).toMatch(
      /^`a\/b` は数値ではありません/,
    );
    await page.screenshot({ path: join(scratch, `japanese-${grafana}.png`) });
  });

  it('colours edges by a value, sets a variable, links to a service and keeps the choices', async () => {
    await page.route('**/dashboard.json', async (route) => {
      const dashboard = await (await fetchFor(route)).json();
      dashboard.panels[0].options.colourBy = 'bytes';
      await route.fulfill({ json: dashboard });
    });
    for (const theme of THEMES) {
      await open(theme);
      expect(await page.getByTestId('musubi-colour-scale').textContent()).toMatch(
        /Bytes, both directions 0 B.*iB$/,
      );
      await page.screenshot({ path: join(scratch, `coloured-${theme}-${grafana}.png`) });
    }
    await pinEdge(page);
    const details = page.getByTestId('musubi-pinned');
    // Each endpoint is named on its own host only.
    for (const service of ['report', 'postgres']) {
      const link = details.getByRole('link', { name: `One service: ${service}` });
      const to = 'musubi-one-service\\?from=\\d+&to=\\d+&var-datasource=prometheus&var-service';
      expect(await link.getAttribute('href')).toMatch(new RegExp(`^/d/${to}=${service}$`));
    }
    await details.getByRole('button', { name: '$service = report' }).click();
    await expect.poll(() => rows().count()).toBeLessThan(12);
    const address = new URL(page.url()).searchParams;
    expect(address.get('var-service')).toBe('report');
    expect(address.get('musubi-1')).toContain('"selected":{"type":"edge"');
    await page.unroute('**/dashboard.json');
  });

  it('the browser logs no errors or warnings', () => {
    expect(complaints).toEqual([]);
  });

  async function open(theme: string, lang = 'en'): Promise<void> {
    await page.goto(`${url}/?from=now-15m&to=now&refresh=&theme=${theme}&lang=${lang}`);
    await untilDrawn(page);
    // The pointer away from the panel: the same picture on every run.
    await page.mouse.move(0, 0);
  }

  const rows = () => rowsOn(page);

  /** The number of colours in the drawing, including antialiasing. */
  const coloursDrawn = () =>
    page.getByTestId('musubi-canvas').evaluate((element) => {
      // Runs in the page, whose types are not available here.
      const canvas = element as unknown as {
        width: number;
        height: number;
        getContext(kind: string): Context;
      };
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
});

interface Context {
  getImageData(x: number, y: number, width: number, height: number): { data: { buffer: ArrayBuffer } };
}
