/** From `npm start` to the panel: one new connection, while it is open and after it has ended. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { onFileEnd } from '../harness/cleanup.ts';
import { openBrowser, openPage } from '../harness/open-browser.ts';
import { startPair } from '../harness/pair.ts';
import { compareWith, type DrawnEdge, edgesOn, pinEdge, rowsOn } from '../harness/panel.ts';
import { ROOT } from '../harness/places.ts';
import { start } from '../harness/process.ts';
import { waitFor } from '../harness/wait-for.ts';

/** The page, Prometheus and the exporter take this port and the next two. */
const PORT = 19562;
const TEN_MINUTES = 600_000;
/** Edges are recorded a minute after the exporter has reported them, and every half minute. */
const PATIENCE = 180_000;

it(
  'a connection is drawn as new with its processes, and after it has ended only in the past',
  async () => {
    onFileEnd(() => rmSync(join(ROOT, `.musubi/${PORT}`), { recursive: true, force: true }));
    const npm = start(['npm', 'start', '--', '--port', `${PORT}`], { cwd: ROOT, ownGroup: true });
    await npm.waitForOutput('Ctrl-C stops everything', TEN_MINUTES);
    const page = await openPage(await openBrowser(), { timezoneId: 'UTC' });

    // In a comparison, an edge is new only if the previous range has records, such as counts.
    await waitFor(
      async () => (await openRange(page, Date.now() - PATIENCE)).some(isRecorded) || undefined,
      'the first recorded edge',
      PATIENCE,
    );
    const before = Date.now();
    const { web, api, port } = await startPair(3);

    await waitFor(
      async () =>
        (await openRange(page, before)).find((edge) => edge.port === port && edge.connections === '3'),
      'the connection to be drawn',
      PATIENCE,
    );
    const row = rowsOn(page, `[data-port="${port}"]`);
    // The range ends where the records end: it grows until the range before it has records, too.
    await waitFor(
      async () => {
        await openRange(page, before);
        await compareWith(page, 'Previous range');
        const isNew = expect.poll(() => row.getAttribute('data-states'), { timeout: 10_000 }).toBe('new');
        return isNew.then(
          () => true,
          () => undefined,
        );
      },
      'the connection to be new',
      PATIENCE,
    );

    await pinEdge(page, `[data-port="${port}"]`);
    const details = page.getByTestId('musubi-pinned');
    await details.waitFor();
    expect(await details.getByRole('heading').textContent()).toBe(`web → api :${port}`);
    const cells = (name: RegExp, table = details.locator('table').first()) =>
      table.getByRole('row', { name }).getByRole('cell').allTextContents();
    expect(await cells(/^Process /)).toEqual(['node', 'node']);
    expect(await cells(/^PID /)).toEqual([`${web.pid}`, `${api.pid}`]);
    const figures = details.locator('table.figures');
    expect(await cells(/^Connections opened /, figures)).toEqual(['–', '–', '3']);

    await web.stop();
    await api.stop();
    const ended = Date.now();

    // It is drawn for the past range, not for the current one, which has other connections of the machine.
    const currentFrom = await waitFor(
      async () => {
        // On a busy machine this is detected later.
        const from = Math.max(ended + 2000, Date.now() - PATIENCE);
        const edges = await openRange(page, from);
        return edges.some(isRecorded) && edges.every((edge) => edge.port !== port) ? from : undefined;
      },
      'the connection to be absent from the current range',
      PATIENCE,
    );
    const past = await openRange(page, before, ended);
    expect(past.find((edge) => edge.port === port)).toMatchObject({
      source: 'web',
      destination: 'api',
      sourcePid: `${web.pid}`,
      destinationPid: `${api.pid}`,
    });
    // Compared with that past range, it has vanished.
    await openRange(page, currentFrom);
    await compareWith(page, 'Custom range…');
    await page.getByRole('radio', { name: 'Fixed range' }).check({ force: true });
    await page.getByRole('textbox', { name: 'From' }).fill(local(before));
    await page.getByRole('textbox', { name: 'To' }).fill(local(ended));
    await page.getByRole('dialog').getByRole('button', { name: 'Compare' }).click();
    await expect.poll(() => row.getAttribute('data-states'), { timeout: PATIENCE }).toBe('vanished');
  },
  TEN_MINUTES,
);

/** Without a record in the range, edges are drawn by their bytes only, and not compared. */
const isRecorded = ({ connections = '' }: DrawnEdge) => /\d/.test(connections);

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

/** A time in the format of an input for local time. */
const local = (at: number) => new Date(at).toISOString().slice(0, 19);
