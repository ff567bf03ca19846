/** From `npm start` to the panel: one new connection. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { onFileEnd } from '../harness/cleanup.ts';
import { openBrowser, openPage } from '../harness/open-browser.ts';
import { startPair } from '../harness/pair.ts';
import { type DrawnEdge, edgesOn } from '../harness/panel.ts';
import { ROOT } from '../harness/places.ts';
import { start } from '../harness/process.ts';
import { waitFor } from '../harness/wait-for.ts';

/** The page, Prometheus and the exporter take this port and the next two. */
const PORT = 19562;
const TEN_MINUTES = 600_000;
/** Edges are recorded a minute after the exporter has reported them, and every half minute. */
const PATIENCE = 180_000;

it(
  'a connection is drawn with its services and count',
  async () => {
    onFileEnd(() => rmSync(join(ROOT, `.musubi/${PORT}`), { recursive: true, force: true }));
    const npm = start(['npm', 'start', '--', '--port', `${PORT}`], { cwd: ROOT, ownGroup: true });
    await npm.waitForOutput('Ctrl-C stops everything', TEN_MINUTES);
    const page = await openPage(await openBrowser(), { timezoneId: 'UTC' });

    // In a comparison, an edge is new only if the previous range has data.
    await waitFor(
      async () => (await openRange(page, Date.now() - PATIENCE)).length > 0 || undefined,
      'the first edge',
      PATIENCE,
    );
    const before = Date.now();
    const { web, api, port } = await startPair(3);

    const drawn = await waitFor(
      async () =>
        (await openRange(page, before)).find((edge) => edge.port === port && edge.connections === '3'),
      'the connection to be drawn',
      PATIENCE,
    );
    expect(drawn).toMatchObject({ source: 'web', destination: 'api' });
    await web.stop();
    await api.stop();
  },
  TEN_MINUTES,
);

// Since the panel reads recorded series, the comparison in the first minutes has not marked it as new.
it.todo('a connection is new compared with the range before, and after it has ended it is in the past only');

// On a busy machine the table's first rows by bytes would be other edges.
const BY_PORT = encodeURIComponent(JSON.stringify({ sort: { column: 'port', descending: true } }));

/** The edges that the page draws for a range in ms since 1970, until now by default. */
async function openRange(page: Page, from: number, to = Date.now()): Promise<DrawnEdge[]> {
  // Each visit starts without earlier selections.
  const range = `from=${from}&to=${Math.max(to, from + 1000)}`;
  await page.goto(`http://127.0.0.1:${PORT}/?${range}&refresh=&options=${BY_PORT}`);
  await page.locator('[data-testid=musubi-panel]:not([data-panel-state=loading])').waitFor();
  await page.locator('[data-testid=musubi-panel][data-refreshing=false]').waitFor();
  return edgesOn(page);
}
