import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

/** Actions on the panel of a page, and what it shows. */

/** An edge in the table beside the drawing: the `data-*` attributes of its row. */
export type DrawnEdge = Readonly<Record<string, string>>;

/** Waits until there is a graph and no request is pending. */
export const untilReady = (page: Page) =>
  page.locator('[data-panel-state=ready][data-refreshing=false]').waitFor();

/** The same, and until it is drawn. */
export async function untilDrawn(page: Page): Promise<void> {
  await untilReady(page);
  await page.locator('[data-testid=musubi-canvas]:not([data-cards="0"])').waitFor();
}

/** The rows of the table beside the drawing that have these attributes, as in `[data-source=web]`. */
export const rowsOn = (page: Page, attributes = '') =>
  page.locator(`[data-testid=musubi-edges] tbody tr${attributes}`);

export const edgesOn = (page: Page): Promise<DrawnEdge[]> =>
  rowsOn(page).evaluateAll((rows) =>
    // Run in the page, whose types this program does not have.
    rows.map((row) => ({ ...(row as unknown as { dataset: DrawnEdge }).dataset })),
  );

/** Opens the details of the first edge with these attributes, by keyboard. */
export async function pinEdge(page: Page, attributes?: string): Promise<void> {
  await rowsOn(page, attributes).getByRole('button').first().focus();
  await page.keyboard.press('Enter');
}

/** The file that an entry of the export menu saves. */
export async function exportFrom(page: Page, choice: string): Promise<{ name: string; content: Buffer }> {
  await page.getByRole('button', { name: 'Export' }).click();
  const saved = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: choice }).click();
  const file = await saved;
  return { name: file.suggestedFilename(), content: await readFile(await file.path()) };
}

/** Chooses the previous range from the menu. */
export async function compareWith(page: Page, choice: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: /^Compare:/ }).click();
  await page.getByRole('menuitemradio', { name: choice }).click();
}

/** The drawing, as a data URL of its pixels. */
export const pictureOn = (page: Page): Promise<string> =>
  page
    .getByTestId('musubi-canvas')
    .evaluate((element) => (element as unknown as { toDataURL(): string }).toDataURL());
