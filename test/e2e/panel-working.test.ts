import { beforeEach, expect, it } from 'vitest';
import { answerFor, type Dependency, type ServiceLocations } from '../harness/estate.ts';
import { type Answered, startFakePrometheus } from '../harness/fake-prometheus.ts';
import { compareWith, exportFrom, pictureOn, pinEdge } from '../harness/panel.ts';
import { panelPage } from '../harness/panel-page.ts';

/** Working with the graph in a real browser: clicks, input, and their results. */

const TARGETS = Array.from({ length: 9 }, (_, i) => `target${i}`);
const LOCATIONS: ServiceLocations = {
  web: { host: 'front-1', site: 'tokyo' },
  cart: { host: 'back-1', site: 'tokyo' },
  api: { host: 'back-1', site: 'tokyo' },
  db: { host: 'data-1', site: 'osaka' },
  cache: { host: 'data-1', site: 'osaka' },
  scraper: { host: 'watch-1', site: '' },
  ...Object.fromEntries(TARGETS.map((name) => [name, { host: name, site: '' }])),
};

const DEPENDENCIES: readonly Dependency[] = [
  { from: 'web', to: 'api', port: '8080', bytes: 5_000_000 },
  { from: 'web', to: 'cart', port: '8081', bytes: 200_000 },
  { from: 'cart', to: 'db', port: '5432' },
  { from: 'api', to: 'db', port: '5432', bytes: 900_000 },
  { from: 'api', to: 'cache', port: '6379' },
];

let dependencies = DEPENDENCIES;
/** The dependencies of the previous hour. */
let before = DEPENDENCIES;
/** Whether there are alerts and unexpected dependencies. */
let watched = false;
/** The results of the dashboard's queries: one missing, one unexpected, one alerting dependency. */
function answer(query: string, at: number): Answered[] {
  const edge = (from: string, to: string) => ({ src_service: from, dst_service: to });
  if (!watched && /ALERTS|vanished|unexpected/.test(query)) return [];
  if (query.includes('ALERTS')) {
    const labels = { alertname: 'SlowCache', alertstate: 'firing', severity: 'warning', dst_port: '6379' };
    return [{ labels: { ...labels, ...edge('api', 'cache') }, value: 1 }];
  }
  if (query.includes('vanished_edge')) return [{ labels: edge('cart', 'cache'), value: 60 }];
  if (query.includes('unexpected_edge')) return [{ labels: edge('web', 'db'), value: 60 }];
  return answerFor(query, at < Date.now() / 1000 - 1800 ? before : dependencies, LOCATIONS);
}

const graph = panelPage(() => startFakePrometheus(answer));
const { open, reload, listed } = graph;

beforeEach(() => {
  dependencies = DEPENDENCIES;
  before = DEPENDENCIES;
  watched = false;
});

/** The viewer's choices in the first panel. */
const chosen = () => (graph.inAddress('musubi-1') ?? {}) as { readonly collapsed?: readonly string[] };
/** The options of the dashboard. */
const optionsInUrl = () => (graph.inAddress('options') ?? {}) as { readonly saved?: object };

it('shows sites, hosts, services or processes, and keeps the choice in its address', async () => {
  await open();
  await graph.page.getByRole('radio', { name: 'Site' }).check({ force: true });
  await expect.poll(listed).toEqual(['tokyo → osaka']);
  await graph.page.getByRole('radio', { name: 'Host' }).check({ force: true });
  await expect.poll(listed).toEqual(['back-1 → data-1', 'front-1 → back-1']);
  await expect.poll(chosen).toEqual({ level: 'host' });
  await reload();
  await expect.poll(listed).toEqual(['back-1 → data-1', 'front-1 → back-1']);
  await graph.page.getByRole('radio', { name: 'Instance' }).check({ force: true });
  await expect.poll(listed).toHaveLength(DEPENDENCIES.length);
});

it('frames the nodes of a group', async () => {
  await open();
  await graph.page.getByRole('button', { name: 'Frames: No frames' }).click();
  await graph.page.getByRole('menuitemradio', { name: 'Frame hosts' }).click();
  await graph.page.getByRole('button', { name: 'Frames: Frame hosts' }).waitFor();
  await expect.poll(chosen).toEqual({ frames: 'host' });
  await expect.poll(() => graph.page.getByTestId('musubi-canvas').getAttribute('data-frames')).toBe('3');
});

const groupButton = (name: string) => graph.page.getByRole('button', { name, exact: true });
const collapsedGroups = () => chosen().collapsed?.map((key): string => JSON.parse(key)[2]);

it('collapses groups one by one or all at once, and keeps that in the address', async () => {
  await open('refresh=&options={"frames":"site"}');
  const card = graph.page.getByTestId('musubi-canvas');
  await groupButton('Collapse osaka').click();
  await expect.poll(listed).toEqual(['api → osaka', 'cart → osaka', 'web → api', 'web → cart']);
  await expect.poll(collapsedGroups).toEqual(['osaka']);
  await reload();
  await expect.poll(listed).toEqual(['api → osaka', 'cart → osaka', 'web → api', 'web → cart']);
  // By keyboard only.
  await groupButton('Expand osaka').focus();
  await graph.page.keyboard.press('Enter');
  await expect.poll(listed).toHaveLength(DEPENDENCIES.length);
  await graph.page.getByRole('button', { name: 'Frames: Frame sites' }).click();
  await graph.page.getByRole('menuitem', { name: 'Collapse all' }).click();
  await expect.poll(listed).toEqual(['tokyo → osaka']);
  expect(await card.getAttribute('data-cards')).toBe('2');
  await graph.page.getByRole('button', { name: 'Frames: Frame sites' }).click();
  await graph.page.getByRole('menuitem', { name: 'Expand all' }).click();
  await expect.poll(listed).toHaveLength(DEPENDENCIES.length);
});

it('moves no other node when a group is collapsed, and restores it when expanded', async () => {
  await open('refresh=&options={"frames":"host"}');
  const picture = () => pictureOn(graph.page);
  const boxOf = async (name: string) => groupButton(name).boundingBox();
  const [laidOut, front, data] = [
    await picture(),
    await boxOf('Collapse front-1'),
    await boxOf('Collapse data-1'),
  ];
  await groupButton('Collapse back-1').click();
  await groupButton('Expand back-1').waitFor();
  await expect.poll(listed).toEqual(['back-1 → cache', 'back-1 → db', 'web → back-1']);
  expect([await boxOf('Collapse front-1'), await boxOf('Collapse data-1')]).toEqual([front, data]);
  await groupButton('Expand back-1').click();
  await expect.poll(listed).toHaveLength(DEPENDENCIES.length);
  await graph.page.mouse.move(0, 0);
  await expect.poll(picture).toBe(laidOut);
});

it('lists the members of a collapsed group, and finds them', async () => {
  await open('refresh=&options={"frames":"site"}');
  await groupButton('Collapse osaka').click();
  await groupButton('Expand osaka').waitFor();
  await pin('cache');
  const details = graph.page.getByTestId('musubi-pinned');
  expect(await details.getByRole('row', { name: /^Contains/ }).textContent()).toBe(
    'Containscache · data-1db · data-1',
  );
  await details.getByRole('button', { name: 'Dependents' }).click();
  await expect.poll(() => graph.page.getByTestId('musubi-focus').textContent()).toContain('from osaka');
  await details.getByRole('button', { name: 'Expand osaka' }).click();
  await expect.poll(listed).toContain('api → cache');
});

const search = () => graph.page.getByRole('textbox', { name: 'Search the graph' });
const pinnedTitle = () => graph.page.getByTestId('musubi-pinned').getByRole('heading').textContent();

it('finds matches while typing, goes from match to match, and clears', async () => {
  await open();
  await search().fill('host:back-1');
  await expect.poll(() => graph.page.getByRole('status').first().textContent()).toBe('2 found');
  await search().press('Enter');
  await expect.poll(pinnedTitle).toBe('api');
  await search().press('Enter');
  await expect.poll(pinnedTitle).toBe('cart');
  await search().press('Enter');
  await expect.poll(pinnedTitle).toBe('api');
  await search().press('Shift+Enter');
  await expect.poll(pinnedTitle).toBe('cart');
  await expect.poll(chosen).toMatchObject({ search: 'host:back-1', selected: { type: 'node' } });
  await search().press('Escape');
  await expect.poll(() => search().inputValue()).toBe('');
});

it('shows the error in a search, and its position', async () => {
  await open();
  await search().fill('web hots:back');
  const alert = graph.page.getByTestId('musubi-search-error');
  await alert.waitFor();
  expect(await alert.textContent()).toMatch(/Unknown field `hots`.*\(character 5\)/);
});

/** Pins a node by its name, with the keyboard only. */
async function pin(name: string): Promise<void> {
  await search().fill(`service=${name}`);
  await search().press('Enter');
  await search().press('Escape');
}

it('focuses on a node, with some hops of dependents or dependencies', async () => {
  await open();
  await pin('api');
  await graph.page.getByRole('button', { name: 'Dependencies' }).click();
  await expect.poll(listed).toEqual(['api → cache', 'api → db']);
  await graph.page.getByRole('radio', { name: 'Dependents' }).check({ force: true });
  await expect.poll(listed).toEqual(['web → api']);
  await graph.page.getByRole('radio', { name: 'Both' }).check({ force: true });
  await graph.page.getByRole('button', { name: 'One hop fewer' }).click();
  await expect.poll(listed).toEqual(['api → cache', 'api → db', 'web → api']);
  await reload();
  await expect.poll(listed).toEqual(['api → cache', 'api → db', 'web → api']);
  await graph.page.getByRole('button', { name: 'Show all' }).click();
  await expect.poll(listed).toHaveLength(DEPENDENCIES.length);
});

it('shows the paths from one node to another', async () => {
  await open();
  await pin('web');
  await graph.page.getByRole('button', { name: 'Path to…' }).click();
  await pin('db');
  await expect.poll(listed).toEqual(['api → db', 'cart → db', 'web → api', 'web → cart']);
  expect(await graph.page.getByTestId('musubi-focus').textContent()).toContain('Paths web → db');
});

it('hides idle dependencies and hubs', async () => {
  const idle = { from: 'web', to: 'cache', port: '6379', opened: 0, open: 0, bytes: 0 };
  const scraped = TARGETS.map((to) => ({ from: 'scraper', to, port: '9100' }));
  dependencies = [...DEPENDENCIES, idle, ...scraped];
  await open();
  await expect.poll(listed).toHaveLength(dependencies.length);
  await graph.page.getByRole('button', { name: 'Hide idle' }).click();
  await expect.poll(listed).toHaveLength(dependencies.length - 1);
  await graph.page.getByRole('button', { name: 'Hide hubs' }).click();
  await expect.poll(listed).toHaveLength(DEPENDENCIES.length);
  const muted = graph.page.getByTestId('musubi-muted');
  expect(await muted.getByRole('button').allTextContents()).toEqual(['scraper · 9']);
  await muted.getByRole('button', { name: 'Show scraper' }).click();
  await expect.poll(listed).toHaveLength(dependencies.length - 1);
  await expect.poll(() => muted.count()).toBe(0);
});

it('takes nodes above the threshold of the options as hubs', async () => {
  await open('refresh=&options={"muteHubs":true,"hubPartners":2}');
  await expect.poll(listed).toEqual(['cart → db', 'web → cart']);
  expect(await graph.page.getByTestId('musubi-muted').textContent()).toBe(
    'Hidden hubsapi · 3+ 1 connected only to these',
  );
});

it('hides single nodes, lists them, and shows them again', async () => {
  await open();
  await pin('cart');
  await graph.page.getByRole('button', { name: 'Hide', exact: true }).click();
  const others = ['api → cache', 'api → db', 'web → api'];
  await expect.poll(listed).toEqual(others);
  await reload();
  await expect.poll(listed).toEqual(others);
  const hidden = graph.page.getByTestId('musubi-muted');
  expect(await hidden.textContent()).toBe('Hiddencart ');
  await hidden.getByRole('button', { name: 'Show cart' }).focus();
  await graph.page.keyboard.press('Enter');
  await expect.poll(listed).toHaveLength(DEPENDENCIES.length);
  await expect.poll(chosen).not.toHaveProperty('hidden');
});

/** `web → api`: its states, of the rows that have any. */
const states = async () =>
  Object.fromEntries(
    (await graph.edges())
      .filter(({ states }) => states !== '')
      .map(({ source, destination, states }) => [`${source} → ${destination}`, states]),
  );

it('shows missing, unexpected and alerting dependencies, and compares with the previous range', async () => {
  watched = true;
  const unexpected = { from: 'web', to: 'db', port: '5432' };
  dependencies = [...DEPENDENCIES, unexpected];
  before = [...DEPENDENCIES.slice(1), { from: 'web', to: 'cache', port: '6379' }];
  await open();
  const expected = { 'cart → cache': 'missing', 'web → db': 'unexpected', 'api → cache': 'alerting' };
  await expect.poll(states).toEqual(expected);
  await compareWith(graph.page, 'Previous range');
  await expect.poll(states).toEqual({
    ...expected,
    'web → api': 'new',
    'web → db': 'new unexpected',
    'web → cache': 'vanished',
  });
  const legend = graph.page.getByTestId('musubi-legend');
  await legend.getByRole('button', { name: '+ new 2' }).click();
  await expect.poll(listed).toEqual(['web → api', 'web → db']);
  await legend.getByRole('button', { name: '▲ alerting 1' }).click();
  await expect.poll(listed).toEqual(['api → cache', 'web → api', 'web → db']);
});

it('shows alerts in the details, and values that differ between the endpoints', async () => {
  watched = true;
  dependencies = [{ from: 'api', to: 'cache', port: '6379', bytes: 5_000_000, received: 1_000_000 }];
  await open();
  await pinEdge(graph.page);
  const details = graph.page.getByTestId('musubi-pinned');
  expect(await details.textContent()).toMatch(/▲ alerting · SlowCache, firing, warning/);
  expect(await details.getByRole('rowheader', { name: '⚠' }).allTextContents()).toEqual([
    '⚠ Source → destination',
  ]);
});

it('exports the current view as images and as data', async () => {
  await open();
  const exported = (choice: string) => exportFrom(graph.page, choice);
  const csv = await exported('CSV table');
  expect(csv.name).toBe('dependencies.csv');
  expect(`${csv.content}`.split('\r\n')).toHaveLength(DEPENDENCIES.length + 2);
  expect(JSON.parse(`${(await exported('JSON')).content}`).edges).toHaveLength(DEPENDENCIES.length);
  expect(`${(await exported('Mermaid')).content}`).toMatch(/^flowchart LR\n/);
  expect(`${(await exported('SVG image')).content}`).toMatch(/^<svg .*>cache<.*<\/svg>\n$/s);
  const { name, content } = await exported('PNG image');
  expect(name).toBe('dependencies.png');
  // PNG, section 5.2: the signature; 11.2.2: width and height.
  expect(content.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'));
  expect(content.readUInt32BE(16)).toBeGreaterThan(1000);
});

it('shows notes on problems with the data', async () => {
  before = [];
  await open('refresh=&options={"compare":"before"}');
  await graph.page.getByRole('button', { name: 'Notes' }).click();
  expect(await graph.page.getByTestId('musubi-notes').textContent()).toContain('nothing is marked as new');
});

it('a node moves by dragging, stays there, and goes back by Reset positions', async () => {
  await open();
  const canvas = graph.page.getByTestId('musubi-canvas');
  const picture = () => pictureOn(graph.page);
  const box = await canvas.boundingBox();
  if (!box) throw new Error('nothing is drawn');
  const laidOut = await picture();
  // `web` has no dependents, so it is leftmost, in the middle.
  const tooltip = graph.page.getByTestId('musubi-tooltip').getByRole('heading', { name: /^web$/ });
  let x = box.x;
  const y = box.y + box.height / 2;
  while ((await tooltip.count()) === 0 && x < box.x + box.width) {
    x += 20;
    await graph.page.mouse.move(x, y);
  }
  await graph.page.mouse.down();
  await graph.page.mouse.move(x, y + 60);
  await graph.page.mouse.move(x, y + 160);
  await graph.page.mouse.up();
  await expect.poll(() => Object.values(optionsInUrl().saved ?? {})).toHaveLength(1);
  await expect.poll(picture).not.toBe(laidOut);
  await graph.page.mouse.move(x, y + 165);
  await tooltip.waitFor();
  await graph.page.getByRole('button', { name: 'Reset positions' }).click();
  await expect.poll(optionsInUrl).toEqual({ saved: {} });
  await expect.poll(picture).toBe(laidOut);
});

/** The names of the panel's controls that its borders cut off. */
const cutOff = () =>
  graph.page.getByTestId('musubi-panel').evaluate((element) => {
    // Runs in the page, whose types are not available here.
    const panel = element as unknown as PageElement;
    const border = panel.getBoundingClientRect();
    return [...panel.querySelectorAll('button, input')]
      .filter((control) => control.closest('table, [data-testid=musubi-legend]') === null)
      .map((control) => ({
        name: control.ariaLabel || control.textContent,
        at: control.getBoundingClientRect(),
      }))
      .filter(({ at }) => at.left < border.left || at.right > border.right || at.bottom > border.bottom)
      .map(({ name }) => name);
  });

interface PageElement {
  readonly ariaLabel: string;
  readonly textContent: string;
  getBoundingClientRect(): Readonly<Record<'left' | 'right' | 'bottom', number>>;
  querySelectorAll(selector: string): Iterable<PageElement>;
  closest(selector: string): PageElement | null;
}

it('keeps its controls reachable in a narrow panel', async () => {
  await open();
  for (const width of [320, 480, 640, 800, 1600]) {
    await graph.page.setViewportSize({ width, height: 500 });
    await expect.poll(cutOff, { message: `at ${width} pixels` }).toEqual([]);
  }
  await graph.page.setViewportSize({ width: 320, height: 500 });
  const more = graph.page.getByRole('button', { name: 'More' });
  await more.click();
  await expect.poll(cutOff).toEqual([]);
  await graph.page.getByRole('button', { name: 'Frames: No frames' }).click();
  await graph.page.getByRole('menuitemradio', { name: 'Frame sites' }).click();
  await graph.page.getByRole('button', { name: 'Frames: Frame sites' }).waitFor();
  await graph.page.getByRole('button', { name: 'Level: Instance' }).click();
  await graph.page.getByRole('menuitemradio', { name: 'Host' }).click();
  await expect.poll(listed).toHaveLength(2);
  await more.click();
  await expect.poll(() => graph.page.getByRole('button', { name: 'Hide idle' }).count()).toBe(0);
});

it('a low panel hides first the legend, then the toolbar', async () => {
  await open();
  const legend = graph.page.getByTestId('musubi-legend');
  const search = graph.page.getByRole('textbox', { name: 'Search the graph' });
  await graph.page.setViewportSize({ width: 800, height: 300 });
  await expect.poll(() => legend.count()).toBe(0);
  expect(await search.count()).toBe(1);
  await graph.page.getByRole('button', { name: 'Legend' }).click();
  expect(await graph.page.getByTestId('musubi-whole-legend').textContent()).toContain('A depends on B');
  await graph.page.keyboard.press('Escape');
  await graph.page.getByRole('button', { name: 'Table' }).click();
  await graph.page.getByTestId('musubi-canvas').waitFor({ state: 'hidden' });
  await graph.page.getByRole('button', { name: 'Table' }).click();
  await graph.page.getByTestId('musubi-canvas').waitFor();
  await graph.page.setViewportSize({ width: 800, height: 190 });
  await expect.poll(() => search.count()).toBe(0);
  await graph.page.setViewportSize({ width: 800, height: 600 });
  await legend.waitFor();
});

/** Moving elements in the panel: the names of animations, except for changes of colour. */
const moving = () =>
  graph.page.evaluate(`
    document.getAnimations()
      .filter((each) => each.playState === 'running' && each.effect.target?.closest('[data-testid=musubi-panel]'))
      .filter((each) => each.effect.getKeyframes().some((frame) => 'transform' in frame || 'left' in frame || 'top' in frame))
      .map((each) => each.animationName ?? each.transitionProperty)
  `);

it('moves nothing if the user prefers reduced motion', async () => {
  // Prometheus does not respond: the panel shows that it is loading.
  await graph.page.route('**/api/v1/**', () => {});
  const waiting = async (reducedMotion: 'reduce' | 'no-preference') => {
    await graph.page.emulateMedia({ reducedMotion });
    await graph.page.goto(`${graph.url}/?refresh=`);
    await graph.page.getByTestId('musubi-state').locator('svg').waitFor();
  };
  await waiting('no-preference');
  await expect.poll(moving).toHaveLength(1);
  await waiting('reduce');
  expect(await moving()).toEqual([]);
  await graph.page.unrouteAll();
  await open('refresh=&options={"frames":"site"}');
  await groupButton('Collapse osaka').click();
  await groupButton('Expand osaka').waitFor();
  await pin('web');
  expect(await moving()).toEqual([]);
});
