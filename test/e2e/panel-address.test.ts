import { expect, it } from 'vitest';
import { answerFor, type Dependency, type ServiceLocations } from '../harness/estate.ts';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { pinEdge } from '../harness/panel.ts';
import { panelPage } from '../harness/panel-page.ts';

/** The viewer's choices in the panel are in the address of the page only. */

const LOCATIONS: ServiceLocations = {
  web: { host: 'front-1', site: 'tokyo' },
  api: { host: 'back-1', site: 'tokyo' },
  db: { host: 'data-1', site: 'osaka' },
};
const DEPENDENCIES: readonly Dependency[] = [
  { from: 'web', to: 'api', port: '8080' },
  { from: 'api', to: 'db', port: '5432' },
];
const ALL = ['api → db', 'web → api'];
const BY_HOST = ['back-1 → data-1', 'front-1 → back-1'];

const graph = panelPage(() => startFakePrometheus((query) => answerFor(query, DEPENDENCIES, LOCATIONS)));
const { open, ready, reload, listed, inAddress } = graph;

const choose = (level: string) => graph.page.getByRole('radio', { name: level }).check({ force: true });
const search = () => graph.page.getByRole('textbox', { name: 'Search the graph' });
const pinned = () => graph.page.getByTestId('musubi-pinned').getByRole('heading');

it('choices survive a reload, and the back button undoes them one by one', async () => {
  await open();
  await choose('Host');
  await expect.poll(listed).toEqual(BY_HOST);
  await choose('Site');
  await expect.poll(listed).toEqual(['tokyo → osaka']);
  await reload();
  expect(await listed()).toEqual(['tokyo → osaka']);
  await graph.page.goBack();
  await expect.poll(listed).toEqual(BY_HOST);
  await graph.page.goBack();
  await expect.poll(listed).toEqual(ALL);
  await expect.poll(() => inAddress('musubi-1')).toBeNull();
  await graph.page.goForward();
  await expect.poll(listed).toEqual(BY_HOST);
});

it('typing a search adds no entries to the history', async () => {
  await open();
  await choose('Host');
  await search().pressSequentially('data');
  await expect.poll(() => inAddress('musubi-1')).toEqual({ level: 'host', search: 'data' });
  await expect.poll(() => search().inputValue()).toBe('data');
  await graph.page.goBack();
  await expect.poll(listed).toEqual(ALL);
  await expect.poll(() => search().inputValue()).toBe('');
});

it('the selection is restored from the address', async () => {
  await open();
  await pinEdge(graph.page, '[data-source=web]');
  expect(await pinned().textContent()).toBe('web → api :8080');
  const address = graph.page.url();
  await graph.page.goto('about:blank');
  await graph.page.goto(address);
  await ready();
  expect(await pinned().textContent()).toBe('web → api :8080');
  await graph.page.keyboard.press('Escape');
});

it('the view is restored from the address, until Fit resets it', async () => {
  await open();
  const canvas = graph.page.getByTestId('musubi-canvas');
  const picture = () =>
    canvas.evaluate((element) => (element as unknown as { toDataURL(): string }).toDataURL());
  const view = () => new URL(graph.page.url()).searchParams.get('musubi-1-view');
  const whole = await picture();
  expect(view()).toBeNull();
  await canvas.hover({ position: { x: 300, y: 300 } });
  await graph.page.mouse.wheel(0, -300);
  await expect.poll(view).not.toBeNull();
  await graph.page.mouse.move(0, 0);
  await graph.page.locator('[data-testid=musubi-canvas][data-drawn=true]').waitFor();
  const part = await picture();
  expect(part).not.toBe(whole);
  await graph.page.reload();
  await ready();
  await expect.poll(picture).toBe(part);
  await graph.page.getByRole('button', { name: 'Fit', exact: true }).click();
  await graph.page.mouse.move(0, 0);
  await expect.poll(picture).toBe(whole);
  expect(view()).toBeNull();
});

it('the options of the dashboard are the defaults, and are not in the address', async () => {
  await open('refresh=', ({ panels: [panel] }) => Object.assign(panel?.options ?? {}, { level: 'host' }));
  expect(await listed()).toEqual(BY_HOST);
  await choose('Instance');
  await expect.poll(listed).toEqual(ALL);
  await expect.poll(() => inAddress('musubi-1')).toEqual({ level: 'instance' });
  await choose('Host');
  await expect.poll(() => inAddress('musubi-1')).toBeNull();
});

it('each panel of the dashboard has its own parameter in the address', async () => {
  const other = encodeURIComponent('{"level":"site"}');
  await open(`refresh=&musubi-2=${other}`);
  expect(await listed()).toEqual(ALL);
  await choose('Host');
  await expect.poll(listed).toEqual(BY_HOST);
  expect([inAddress('musubi-1'), inAddress('musubi-2')]).toEqual([{ level: 'host' }, { level: 'site' }]);
});

it.each([
  ['{"level":"galaxy","search":7,"hideIdle":true}', 'level, search'],
  ['{"focus":', '{"focus":'],
  ['{"<img src=x onerror=alert(1)>":1}', '<img src=x onerror=alert(1)>'],
])('an invalid choice in the address is ignored with a note: %s', async (text, ignored) => {
  await open(`refresh=&musubi-1=${encodeURIComponent(text)}`);
  expect(await listed()).toEqual(ALL);
  await graph.page.getByRole('button', { name: 'Notes' }).click();
  expect(await graph.page.getByTestId('musubi-notes').textContent()).toContain(`were ignored: ${ignored}`);
});

it('while the panel is edited, choices change its options', async () => {
  const chosen = encodeURIComponent('{"level":"site"}');
  await open(`refresh=&editPanel=1&musubi-1=${chosen}`);
  expect(await listed()).toEqual(ALL);
  await choose('Host');
  await expect.poll(listed).toEqual(BY_HOST);
  expect([inAddress('musubi-1'), inAddress('options')]).toEqual([{ level: 'site' }, { level: 'host' }]);
  // The selection does not belong to the options.
  await graph.page.getByTestId('musubi-edges').getByRole('button', { name: 'front-1' }).focus();
  await graph.page.keyboard.press('Enter');
  expect(await pinned().textContent()).toBe('front-1 → back-1 :8080');
  expect(inAddress('options')).toEqual({ level: 'host' });
});
