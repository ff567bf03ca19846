import { beforeEach, expect, it } from 'vitest';
import { answerFor, type Dependency, type ServiceLocations } from '../harness/estate.ts';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { panelPage } from '../harness/panel-page.ts';

/** The graph in a real browser, by keyboard only: movement, announcements, and leaving it. */

const LOCATIONS: ServiceLocations = {
  web: { host: 'front-1', site: '' },
  cart: { host: 'back-1', site: '' },
  'shop/api': { host: 'back-1', site: '' },
  db: { host: 'data-1', site: '' },
};
const DEPENDENCIES: readonly Dependency[] = [
  { from: 'web', to: 'cart', port: '8081' },
  { from: 'web', to: 'shop/api', port: '8080' },
  { from: 'cart', to: 'db', port: '5432', opened: 0, open: 0, bytes: 0 },
  { from: 'shop/api', to: 'db', port: '5432', bytes: 900_000 },
];

const graph = panelPage(() => startFakePrometheus((query) => answerFor(query, DEPENDENCIES, LOCATIONS)));
beforeEach(() => graph.open());

const nodes = () => graph.page.getByTestId('musubi-nodes');
const details = () => graph.page.getByTestId('musubi-pinned');
/** Presses one key after another. */
async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await graph.page.keyboard.press(key);
}
/** The announcement of the focused node or edge, with its position. */
const announced = () =>
  graph.page.evaluate(`(() => {
    const active = document.getElementById(document.activeElement.getAttribute('aria-activedescendant'));
    return active && [active.ariaLabel, active.ariaPosInSet + '/' + active.ariaSetSize].join(' · ');
  })()`);
/** The `data-testid` of the focused element or of its closest ancestor that has one. */
const focusedPart = () =>
  graph.page.evaluate('document.activeElement.closest("[data-testid]")?.dataset.testid');
const chosen = () => graph.inAddress('musubi-1') ?? {};
/** The saved positions of nodes in the address. */
const savedPositions = () => Object.values((graph.inAddress('options') as Saved | null)?.saved ?? {});
interface Saved {
  readonly saved: Readonly<Record<string, { readonly y: number }>>;
}

it('the graph is one tab stop, and arrow keys follow the dependencies', async () => {
  await graph.page.getByRole('textbox').focus();
  for (let i = 0; i < 6 && (await focusedPart()) !== 'musubi-nodes'; i++) await press('Tab');
  await expect.poll(focusedPart).toBe('musubi-nodes');
  await expect.poll(announced).toBe('web on front-1, depends on 2 · 1/4');
  await press('ArrowRight');
  await expect.poll(announced).toMatch(/^(cart|shop\/api) on back-1, used by 1, depends on 1.* · [23]\/4$/);
  await press('ArrowRight');
  await expect.poll(announced).toBe('db on data-1, used by 2, 1 idle · 4/4');
  await press('ArrowRight');
  await expect.poll(announced).toMatch(/^db /);
  await press('Home', 'PageDown');
  await expect.poll(announced).toMatch(/2\/4$/);
  await press('End');
  await expect.poll(announced).toMatch(/^db /);
});

it('a ring surrounds the focused node', async () => {
  await nodes().focus();
  await press('End');
  const ring = await nodes().getByRole('option').boundingBox();
  if (!ring) throw new Error('no focus ring');
  expect(ring.width).toBeGreaterThan(100);
  // The pointer finds the node inside of the ring.
  await graph.page.getByRole('textbox').focus();
  await graph.page.mouse.move(ring.x + ring.width / 2, ring.y + ring.height / 2);
  const tooltip = graph.page.getByTestId('musubi-tooltip');
  await expect.poll(() => tooltip.getByRole('heading').textContent()).toBe('db');
});

it('moves along the dependencies of a node, opens the details of one, and returns', async () => {
  await nodes().focus();
  await press('Home', 'n');
  await expect.poll(announced).toMatch(/^web depends on (cart|shop\/api), :\d+ .* · 1\/2$/);
  await press('n');
  await expect.poll(announced).toMatch(/2\/2$/);
  await press('N', 'Enter');
  await expect.poll(focusedPart).toBe('musubi-pinned');
  expect(await details().getByRole('heading').textContent()).toMatch(/^web → /);
  await press('Escape');
  await expect.poll(focusedPart).toBe('musubi-nodes');
  await expect.poll(() => details().count()).toBe(0);
  await press('Escape');
  await expect.poll(announced).toMatch(/^web on /);
});

it('reaches the actions on a node, and has shortcuts for them', async () => {
  await nodes().focus();
  await press('End', 'Enter', 'Tab', 'Tab');
  await expect.poll(focusedPart).toBe('musubi-pinned');
  await press('Escape', 'f');
  await expect.poll(chosen).toMatchObject({ focus: { way: 'both', hops: 1 } });
  await press('f');
  await expect.poll(chosen).not.toHaveProperty('focus');
  // Hidden nodes come back with the next layout.
  await expect
    .poll(async () => {
      await press('Home');
      return announced();
    })
    .toMatch(/^web /);
  await press('w');
  await expect.poll(() => graph.page.getByTestId('musubi-focus').textContent()).toContain('Start: web');
  await press('End', 'Enter');
  await expect.poll(chosen).toHaveProperty('focus.to');
});

it('moves a node with the arrow keys', async () => {
  await nodes().focus();
  await press('Home', 'm', 'ArrowDown');
  await expect.poll(savedPositions).toHaveLength(1);
  const [{ y: before } = { y: 0 }] = savedPositions();
  await press('ArrowDown');
  await expect.poll(() => savedPositions()[0]?.y).toBe(before + 24);
  await press('Enter', 'ArrowRight');
  await expect.poll(announced).not.toMatch(/^web /);
});

it('zooms, moves and fits the drawing', async () => {
  await nodes().focus();
  await press('Home');
  const ring = async () => (await nodes().getByRole('option').boundingBox()) ?? { x: 0, width: 0 };
  const fitted = await ring();
  await press('+');
  await expect.poll(async () => (await ring()).width).toBeGreaterThan(fitted.width);
  await press('0');
  await expect.poll(ring).toEqual(fitted);
  await press('Shift+ArrowRight');
  await expect.poll(async () => (await ring()).x).toBeLessThan(fitted.x);
  await press('-', '0');
  await expect.poll(ring).toEqual(fitted);
});

it('searches, and returns to the graph', async () => {
  await nodes().focus();
  await press('/');
  await graph.page.keyboard.type('db');
  await expect.poll(() => graph.page.getByRole('textbox').inputValue()).toBe('db');
  await press('Enter', 'Escape', 'Escape');
  await expect.poll(focusedPart).toBe('musubi-nodes');
  await expect.poll(announced).toMatch(/^db /);
});

it('lists its shortcuts, and leaves all other keys to Grafana', async () => {
  await graph.page.evaluate(
    `document.addEventListener('keydown', (event) => (window.pressed ??= []).push(event.key))`,
  );
  await nodes().focus();
  await press('?');
  await graph.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await press('Escape');
  await expect.poll(focusedPart).toBe('musubi-nodes');
  await press('Enter', 'Escape');
  await expect.poll(focusedPart).toBe('musubi-nodes');
  await press('ArrowRight', 'f', 'f', 'd', 'Escape');
  expect(await graph.page.evaluate('window.pressed')).toEqual(['d', 'Escape']);
});

it('the tab key leaves the panel on both sides', async () => {
  await nodes().focus();
  for (const key of ['Tab', 'Shift+Tab']) {
    for (let i = 0; i < 60 && (await isInPanel()); i++) await press(key);
    expect(await isInPanel()).toBe(false);
    await nodes().focus();
  }
});
const isInPanel = () =>
  graph.page.evaluate('document.activeElement.closest("[data-testid=musubi-panel]") !== null');

it('the focus moves from a row of the table to the details and back', async () => {
  const row = graph.page.getByTestId('musubi-edges').locator('tbody').getByRole('button').first();
  await row.focus();
  await press('Enter');
  await expect.poll(focusedPart).toBe('musubi-pinned');
  await press('Escape');
  await expect.poll(focusedPart).toBe('musubi-edges');
});

it('announces the graph whenever it changes', async () => {
  const shown = graph.page.getByTestId('musubi-shown');
  expect(await shown.textContent()).toBe('Shown: 4 nodes, 4 dependencies, 1 idle');
  await graph.page.getByRole('button', { name: 'Hide idle' }).click();
  await expect.poll(() => shown.textContent()).toBe('Shown: 4 nodes, 3 dependencies');
});
