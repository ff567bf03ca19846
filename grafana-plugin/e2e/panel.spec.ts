import { expect, test } from '@grafana/plugin-e2e';
import type { Page } from '@playwright/test';

/** The panel in a running Grafana with the provisioned dashboards, fed by an exporter that sees some connection. */

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
