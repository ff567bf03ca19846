import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { fetchFor, openBrowser, openPage } from './open-browser.ts';
import { type DrawnEdge, edgesOn, untilDrawn } from './panel.ts';
import { servePage } from './serve-page.ts';

/** Settings of the provisioned dashboard. */
interface DashboardJson {
  readonly panels: { options: object; fieldConfig: object }[];
  readonly templating: { list: object[] };
}

export interface PanelPage {
  /** A new page for each test. */
  readonly page: Page;
  readonly url: string;
  /** Opens the graph by the query string of its URL, and waits until it is drawn. */
  open(search?: string, change?: (dashboard: DashboardJson) => void): Promise<void>;
  /** Waits until the graph is drawn. */
  ready(): Promise<void>;
  /** The same for a new page load. */
  reload(): Promise<void>;
  edges(): Promise<DrawnEdge[]>;
  /** `web → api`, of each row of the table, sorted. */
  listed(): Promise<string[]>;
  /** A JSON parameter of the URL. */
  inAddress(name: string): unknown;
  /** Allows this browser error in the test. */
  mayComplain(complaint: RegExp): void;
}

/**
 * The graph in a browser for each test of a file, on the Prometheus at the URL that `start` returns; a test fails if
 * the browser logs an error.
 */
export function panelPage(start: () => Promise<string>, options: BrowserContextOptions = {}): PanelPage {
  let browser: Browser;
  let expected: RegExp | undefined;
  const complaints: string[] = [];
  const state = {} as { page: Page; url: string };

  beforeAll(async () => {
    state.url = await servePage(await start());
    browser = await openBrowser();
  });
  beforeEach(async () => {
    expected = undefined;
    complaints.length = 0;
    state.page = await openPage(browser, { ...options, complaints });
  });
  afterEach(async () => {
    await state.page.close();
    expect(complaints.filter((complaint) => !expected?.test(complaint))).toEqual([]);
  });

  const ready = () => untilDrawn(state.page);
  const edges = () => edgesOn(state.page);
  return {
    get page() {
      return state.page;
    },
    get url() {
      return state.url;
    },
    async open(search = 'refresh=', change) {
      if (change) {
        await state.page.route('**/dashboard.json', async (route) => {
          const dashboard = await (await fetchFor(route)).json();
          change(dashboard);
          await route.fulfill({ json: dashboard });
        });
      }
      await state.page.goto(`${state.url}/?${search}`);
      await ready();
    },
    ready,
    async reload() {
      await state.page.reload();
      await ready();
    },
    edges,
    async listed() {
      return (await edges()).map(({ source, destination }) => `${source} → ${destination}`).sort();
    },
    inAddress: (name) => JSON.parse(new URL(state.page.url()).searchParams.get(name) ?? 'null'),
    mayComplain(complaint) {
      expected = complaint;
    },
  };
}
