import { type ChangeQueries, changeQueries } from './dashboard-queries.ts';
import { openBrowser, openPage } from './open-browser.ts';
import { type DrawnEdge, edgesOn, exportFrom } from './panel.ts';
import { servePage } from './serve-page.ts';

export interface GraphPage {
  /** Opens the panel with options and a time range (as in Grafana's URLs: `now-5m`, or ms since 1970), and waits until it is drawn. */
  open(range: { from: string | number; to: string | number; options?: object }): Promise<void>;
  /** What the panel shows: `ready` is a graph, anything else a message. */
  state(): Promise<string | null>;
  edges(): Promise<DrawnEdge[]>;
  /** Moves the pointer over the drawing until a tooltip appears, and returns its text. */
  hover(wanted: RegExp): Promise<string>;
  /** The panel's notices. */
  notes(): Promise<string[]>;
  /** The errors that the browser has logged since the page was opened. */
  complaints(): readonly string[];
  /** The drawing, as the image that the menu saves. */
  svg(): Promise<string>;
  screenshot(path: string): Promise<void>;
}

/** Starts a browser for the test file, on the graph page of a Prometheus. */
export async function openGraphPage(prometheusUrl: string, change?: ChangeQueries): Promise<GraphPage> {
  return browse(await servePage(prometheusUrl), change);
}

/** Like `openGraphPage`, for a page that is already served. */
export async function browse(url: string, change?: ChangeQueries): Promise<GraphPage> {
  const complaints: string[] = [];
  const page = await openPage(await openBrowser(), { complaints });
  if (change) await changeQueries(page, change);
  const panel = page.getByTestId('musubi-panel');

  return {
    async open({ from, to, options = {} }) {
      complaints.length = 0;
      const chosen = encodeURIComponent(JSON.stringify(options));
      await page.goto(`${url}/?from=${from}&to=${to}&options=${chosen}`);
      await page.locator('[data-testid=musubi-panel]:not([data-panel-state=loading])').waitFor();
      await page.locator('[data-testid=musubi-panel][data-refreshing=false]').waitFor();
    },
    state: () => panel.getAttribute('data-panel-state'),
    edges: () => edgesOn(page),
    async hover(wanted) {
      const box = await page.getByTestId('musubi-canvas').boundingBox();
      if (!box) throw new Error('nothing is drawn');
      const tooltip = page.getByTestId('musubi-tooltip');
      const STEP = 6;
      for (const part of [0.5, 0.4, 0.6, 0.3, 0.7]) {
        for (let y = STEP; y < box.height; y += STEP) {
          await page.mouse.move(box.x + box.width * part, box.y + y);
          const text = (await tooltip.count()) > 0 ? ((await tooltip.textContent()) ?? '') : '';
          if (wanted.test(text)) return text;
        }
      }
      throw new Error(`no tooltip in the drawing contains ${wanted}`);
    },
    async notes() {
      await page.getByRole('button', { name: 'Notes' }).click();
      return page.getByTestId('musubi-notes').getByRole('listitem').allTextContents();
    },
    complaints: () => complaints,
    async svg() {
      return `${(await exportFrom(page, 'SVG image')).content}`;
    },
    screenshot: async (path) => {
      await page.screenshot({ path });
    },
  };
}
