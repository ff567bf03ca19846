import { expect, test } from '@grafana/plugin-e2e';
import type { Page } from '@playwright/test';

/** The panel in a running Grafana with the provisioned dashboards, with data of an exporter that sees some connection. */

const FILE = 'service-dependencies.json';
const panelOf = (page: Page) => page.getByTestId('musubi-panel');
const rowsOf = (page: Page) => page.getByTestId('musubi-edges').locator('tbody tr');

const untilDrawn = (page: Page) =>
  expect(panelOf(page)).toHaveAttribute('data-panel-state', 'ready', { timeout: 60_000 });

test.describe('the provisioned dashboard', () => {
  test.beforeEach(async ({ gotoDashboardPage, readProvisionedDashboard, page }) => {
    await gotoDashboardPage(await readProvisionedDashboard({ fileName: FILE }));
    await untilDrawn(page);
  });

  test('draws what its table lists', async ({ page }) => {
    await expect(page.getByTestId('musubi-canvas')).toBeVisible();
    expect(await rowsOf(page).count()).toBeGreaterThan(0);
  });

  test('opens and closes the details of a dependency by keyboard', async ({ page }) => {
    await rowsOf(page).getByRole('button').first().focus();
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('musubi-pinned')).toContainText('→');
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('musubi-pinned')).toHaveCount(0);
  });

  test('finds matches while typing, and shows errors in the query', async ({ page }) => {
    const search = page.getByRole('textbox', { name: 'Search the graph' });
    await search.fill('state:new or -state:new');
    await expect(page.getByRole('status').filter({ hasText: /^[1-9]\d* found$/ })).toBeVisible();
    await search.fill('hots:x');
    await expect(page.getByTestId('musubi-search-error')).toContainText('Unknown field `hots`');
    await search.press('Escape');
    await expect(search).toHaveValue('');
  });

  test('shows hosts, and keeps the level in the address of the page', async ({ page }) => {
    await page.getByRole('radio', { name: 'Host' }).check({ force: true });
    await untilDrawn(page);
    await page.reload();
    await untilDrawn(page);
    await expect(page.getByRole('radio', { name: 'Host' })).toBeChecked();
  });

  test('frames hosts, and collapses one into a node', async ({ page }) => {
    await page.getByRole('button', { name: /^Frames: / }).click();
    await page.getByRole('menuitemradio', { name: 'Frame hosts' }).click();
    await page
      .getByRole('button', { name: /^Collapse / })
      .first()
      .click();
    await expect(page.getByRole('button', { name: /^Expand / })).toHaveCount(1);
  });

  test('compares with the previous range by running its queries again', async ({ page }) => {
    await page.getByRole('button', { name: /^Compare/ }).click();
    await page.getByRole('menuitemradio', { name: /previous range/i }).click();
    await expect(page.getByTestId('musubi-compare')).toBeVisible();
    await untilDrawn(page);
  });

  test('exports the current view', async ({ page }) => {
    for (const [choice, name] of [
      ['SVG image', 'dependencies.svg'],
      ['CSV table', 'dependencies.csv'],
    ] as const) {
      await page.getByRole('button', { name: 'Export' }).click();
      const download = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: choice }).click();
      expect((await download).suggestedFilename()).toBe(name);
    }
  });

  test('lists the dependencies in a table that any column sorts', async ({ page }) => {
    await page.getByRole('button', { name: 'Table' }).click();
    const port = page.getByTestId('musubi-edges').getByRole('columnheader', { name: 'Port' });
    await port.getByRole('button').click();
    await expect(port).toHaveAttribute('aria-sort', 'ascending');
  });

  test('stays drawn when the dashboard is refreshed', async ({ dashboardPage, page }) => {
    await dashboardPage.refreshDashboard();
    await untilDrawn(page);
    expect(await rowsOf(page).count()).toBeGreaterThan(0);
  });
});

test.describe('the panel editor', () => {
  test('shows the options of the panel and its field config', async ({
    gotoPanelEditPage,
    readProvisionedDashboard,
    page,
  }) => {
    const dashboard = await readProvisionedDashboard({ fileName: FILE });
    const editor = await gotoPanelEditPage({ dashboard, id: '1' });
    await untilDrawn(page);
    for (const title of ['Standard options', 'Thresholds', 'Value mappings']) {
      await expect(editor.getCustomOptions(title).element).toBeVisible();
    }
  });
});

for (const [fileName, title] of [
  ['one-service.json', 'What depends on it'],
  ['exporters.json', 'Exporters'],
] as const) {
  test(`${fileName} answers without an error`, async ({ gotoDashboardPage, readProvisionedDashboard }) => {
    const dashboard = await gotoDashboardPage(await readProvisionedDashboard({ fileName }));
    const panel = dashboard.getPanelByTitle(title);
    await expect(panel.locator).toBeVisible();
    await expect(panel.getErrorIcon()).toHaveCount(0);
  });
}
