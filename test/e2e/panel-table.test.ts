import { beforeEach, expect, it } from 'vitest';
import { answerFor, type Dependency, type ServiceLocations } from '../harness/estate.ts';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { exportFrom, untilReady } from '../harness/panel.ts';
import { panelPage } from '../harness/panel-page.ts';

/** The table of dependencies in a real browser: sorted by any column, by pointer or keyboard, at any length. */

const FEW: readonly Dependency[] = [
  { from: 'web', to: 'db-10', port: '8080', bytes: 300, opened: 9 },
  { from: 'web', to: 'db-2', port: '443', bytes: 20_000, opened: 10 },
  { from: 'api', to: 'db-2', port: '90', bytes: 4000, opened: 100 },
];
/** As many as in a large estate. */
const MANY: readonly Dependency[] = Array.from({ length: 3000 }, (_, i) => ({
  from: `s${i % 300}`,
  to: `s${(i * 7 + 1) % 300}`,
  port: `${1000 + i}`,
  bytes: i,
}));
const LOCATIONS: ServiceLocations = Object.fromEntries(
  [...FEW, ...MANY].flatMap(({ from, to }) => [from, to].map((name) => [name, { host: 'h', site: '' }])),
);

let dependencies = FEW;
const graph = panelPage(() => startFakePrometheus((query) => answerFor(query, dependencies, LOCATIONS)));
beforeEach(() => {
  dependencies = FEW;
});

/** Opens the table, without the drawing. */
async function open(refresh = ''): Promise<void> {
  await graph.open(`refresh=${refresh}`);
  await graph.page.getByRole('button', { name: 'Table' }).click();
}

const table = () => graph.page.getByTestId('musubi-edges');
const rows = () => table().locator('tr[data-row]');
const head = (name: string) => table().getByRole('button', { name, exact: true });
/** A column of all rows, from the data attributes. */
const column = (name: string) =>
  rows().evaluateAll((all, key) => all.map((row) => row.getAttribute(`data-${key}`)), name);
const sortedBy = () =>
  table()
    .locator('th[aria-sort]')
    .evaluateAll((all) => all.map((each) => `${each.textContent} ${each.getAttribute('aria-sort')}`));

it('is sorted by bytes first, then by any column that is clicked', async () => {
  await open();
  expect(await column('port')).toEqual(['443', '90', '8080']);
  await expect.poll(sortedBy).toEqual(['Bytes descending']);
  await head('Port').click();
  await expect.poll(() => column('port')).toEqual(['90', '443', '8080']);
  await head('Port').click();
  await expect.poll(() => column('port')).toEqual(['8080', '443', '90']);
  await expect.poll(sortedBy).toEqual(['Port descending']);
  await head('Destination').click();
  await expect.poll(() => column('destination')).toEqual(['db-2', 'db-2', 'db-10']);
});

it('is sorted by keyboard as well, and keeps the order in its address and in the export', async () => {
  await open();
  await head('Connections').focus();
  await graph.page.keyboard.press('Enter');
  await expect.poll(() => column('connections')).toEqual(['100', '10', '9']);
  await graph.page.keyboard.press('Space');
  await expect.poll(() => column('connections')).toEqual(['9', '10', '100']);
  await expect
    .poll(() => graph.inAddress('musubi-1'))
    .toMatchObject({ sort: { column: 'opened', descending: false } });
  await graph.page.reload();
  await untilReady(graph.page);
  await expect.poll(() => column('connections')).toEqual(['9', '10', '100']);
  const { content } = await exportFrom(graph.page, 'CSV table');
  const lines = `${content}`.trimEnd().split('\r\n');
  const at = lines[0]?.split(',').indexOf('connections_opened') ?? -1;
  expect(lines.slice(1).map((line) => line.split(',')[at])).toEqual(['9', '10', '100']);
});

it('renders only visible rows of thousands, and the keyboard reaches each', async () => {
  dependencies = MANY;
  await open();
  expect(await table().getAttribute('aria-rowcount')).toBe(`${MANY.length + 1}`);
  await expect.poll(() => rows().count()).toBeLessThan(60);
  await rows().getByRole('button').first().focus();
  await graph.page.keyboard.press('End');
  await expect.poll(focused).toEqual({ index: `${MANY.length + 1}`, isVisible: true });
  await graph.page.keyboard.press('PageUp');
  await graph.page.keyboard.press('ArrowDown');
  await graph.page.keyboard.press('Home');
  await graph.page.keyboard.press('ArrowDown');
  await expect.poll(focused).toEqual({ index: '3', isVisible: true });
  // Scrolling away keeps the focus.
  await graph.page.mouse.move(640, 700);
  await graph.page.mouse.wheel(0, 40_000);
  await expect.poll(async () => Number((await column('bytes')).at(-1))).toBeLessThan(1700);
  await graph.page.keyboard.press('ArrowDown');
  await expect.poll(focused).toEqual({ index: '4', isVisible: true });
  await graph.page.getByRole('button', { name: 'Table' }).click();
  await expect.poll(() => rows().count()).toBeLessThanOrEqual(101);
});

/** The focused row, and whether it is visible below the header. */
const focused = () =>
  graph.page.evaluate(`(() => {
    const row = document.activeElement?.closest('tr');
    const box = row?.getBoundingClientRect();
    const pane = row?.closest('div').getBoundingClientRect();
    const head = row?.closest('table').querySelector('th').getBoundingClientRect();
    const isVisible = box !== undefined && box.top >= head.bottom - 1 && box.bottom <= pane.bottom;
    return { index: row?.getAttribute('aria-rowindex'), isVisible };
  })()`);

it('the focus stays with its dependency when a refresh changes the order', async () => {
  await open('1s');
  await rows().getByRole('button').first().focus();
  const port = () => graph.page.evaluate('document.activeElement.closest("tr")?.dataset.port');
  expect(await port()).toBe('443');
  dependencies = FEW.map((each) => ({ ...each, bytes: each.port === '443' ? 1 : 5000 }));
  await expect.poll(() => column('port')).toEqual(['90', '8080', '443']);
  await expect.poll(port).toBe('443');
});
