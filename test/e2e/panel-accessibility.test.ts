import axe from 'axe-core';
import { expect, it } from 'vitest';
import { answerFor, type Dependency, type ServiceLocations } from '../harness/estate.ts';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { compareWith, rowsOn } from '../harness/panel.ts';
import { panelPage } from '../harness/panel-page.ts';

/** The panel under axe-core's rules for WCAG 2.2, levels A and AA: names, roles, contrast, sizes. */

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const LOCATIONS: ServiceLocations = {
  web: { host: 'front-1', site: 'tokyo' },
  api: { host: 'back-1', site: 'tokyo' },
  db: { host: 'data-1', site: 'osaka' },
};
const DEPENDENCIES: Dependency[] = [
  { from: 'web', to: 'api', port: '8080' },
  { from: 'api', to: 'db', port: '5432', bytes: 5_000_000, received: 1_000_000 },
];

let dependencies = DEPENDENCIES;
const panel = panelPage(() => startFakePrometheus((query) => answerFor(query, dependencies, LOCATIONS)));

/** Each violation as `color-contrast: button.name`. */
async function violationsOnPage(): Promise<string[]> {
  await panel.page.evaluate(axe.source);
  const run = `axe.run(document, { runOnly: ${JSON.stringify(RULES)} })`;
  const { violations, passes } = await panel.page.evaluate<axe.AxeResults>(run);
  expect(passes.length).toBeGreaterThan(10);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}

it.each(['dark', 'light'])('the panel has no accessibility violations in the %s theme', async (theme) => {
  dependencies = DEPENDENCIES;
  const { page } = panel;
  const options = encodeURIComponent(JSON.stringify({ frames: 'site', compare: '1d' }));
  await panel.open(`theme=${theme}&refresh=&options=${options}`);
  await page.getByRole('button', { name: 'Collapse osaka' }).waitFor();
  expect(await violationsOnPage()).toEqual([]);

  await page.getByRole('button', { name: 'Table' }).click();
  await rowsOn(page).getByRole('button').first().click();
  await page.getByTestId('musubi-pinned').waitFor();
  expect(await violationsOnPage()).toEqual([]);

  await compareWith(page, 'Custom range…');
  await page.getByRole('dialog', { name: 'Compare with another time range' }).waitFor();
  expect(await violationsOnPage()).toEqual([]);
});

it.each(['dark', 'light'])(
  'a narrow panel has no accessibility violations in the %s theme',
  async (theme) => {
    dependencies = DEPENDENCIES;
    await panel.page.setViewportSize({ width: 320, height: 600 });
    await panel.open(`theme=${theme}&refresh=`);
    await panel.page.getByRole('button', { name: 'More' }).click();
    expect(await violationsOnPage()).toEqual([]);
  },
);

it('the message of an empty panel has no accessibility violations', async () => {
  dependencies = [];
  await panel.page.goto(`${panel.url}/?refresh=`);
  await panel.page.getByTestId('musubi-state').waitFor();
  expect(await violationsOnPage()).toEqual([]);
});
