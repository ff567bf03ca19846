import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { createPageServer } from '../../grafana-plugin/standalone/server.mjs';
import { onFileEnd } from './cleanup.ts';
import { type Answered, startFakePrometheus } from './fake-prometheus.ts';
import { openBrowser, openPage } from './open-browser.ts';

/** What a test may set of the provisioned dashboard. */
export interface DashboardJson {
  readonly panels: { options: object; fieldConfig: object }[];
  readonly templating: { list: object[] };
}

export interface PanelPage {
  /** A new page for each test. */
  readonly page: Page;
  readonly url: string;
  /** Opens the graph by the query string of its address, and waits until it is drawn. */
  open(search?: string, change?: (dashboard: DashboardJson) => void): Promise<void>;
  /** Waits until the graph is drawn. */
  ready(): Promise<void>;
  /** `web → api`, of each row of the table, sorted. */
  listed(): Promise<string[]>;
  /** A part of the address that is JSON. */
  inAddress(name: string): unknown;
}

/** The graph in a browser for each test of a file, on a Prometheus that answers as the file wants; fails on complaints. */
export function panelPage(answer: (query: string) => readonly Answered[], page?: string): PanelPage {
  let browser: Browser;
  const complaints: string[] = [];
  const state = {} as { page: Page; url: string };

  beforeAll(async () => {
    const prometheusUrl = await startFakePrometheus(answer);
    const server = await createPageServer({ prometheusUrl, ...(page && { page }) });
    onFileEnd(() => server.close());
    state.url = server.url;
    browser = await openBrowser();
  });
  beforeEach(async () => {
    complaints.length = 0;
    state.page = await openPage(browser, { viewport: { width: 1400, height: 800 }, complaints });
  });
  afterEach(async () => {
    await state.page.close();
    expect(complaints).toEqual([]);
  });

  const ready = async () => {
    await state.page.locator('[data-panel-state=ready][data-refreshing=false]').waitFor();
    await state.page.locator('[data-testid=musubi-canvas]:not([data-cards="0"])').waitFor();
  };
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
          const dashboard = await (await route.fetch()).json();
          change(dashboard);
          await route.fulfill({ json: dashboard });
        });
      }
      await state.page.goto(`${state.url}/?${search}`);
      await ready();
    },
    ready,
    listed: () =>
      state.page
        .getByTestId('musubi-edges')
        .locator('tbody tr')
        .evaluateAll((rows) =>
          // Run in the page, whose types this program does not have.
          (rows as unknown as { dataset: Record<string, string> }[])
            .map(({ dataset }) => `${dataset.source} → ${dataset.destination}`)
            .sort(),
        ),
    inAddress: (name) => JSON.parse(new URL(state.page.url()).searchParams.get(name) ?? 'null'),
  };
}
