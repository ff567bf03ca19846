import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { answerFor, type Dependency, type ServiceLocations } from '../harness/estate.ts';
import { type Answered, startFakePrometheus } from '../harness/fake-prometheus.ts';
import { exportFrom } from '../harness/panel.ts';
import { panelPage } from '../harness/panel-page.ts';

/** Malicious names in a real browser: shown as text wherever the panel shows names. */

const HACK = 'window.hacked=1';
const NAMES = [
  `"><img src=x onerror=${HACK}><script>${HACK}</script>`,
  `javascript:${HACK}//`,
  `x${'long'.repeat(2500)}`,
  '\u202Egnp.exe',
  'שירות',
  'two\nlines\tand\u0000nothing\u0007',
  '=HYPERLINK("http://evil.invalid","x")',
  `"]; click n0 "javascript:${HACK}"`,
  `{{constructor}} $t(graph.label) \${alert(1)} %%{init}%%`,
  ']]></text><script xlink:href="data:,alert(1)"/>',
  '__proto__',
  'a/b&amp;c',
];
/** Short enough for the address of the page, which holds the keys of the selection. */
const brief = (name: string) => name.slice(0, 200);
const LOCATIONS: ServiceLocations = Object.fromEntries([
  ['safe', { host: 'h', site: '' }],
  ...NAMES.map((name) => [name, { host: brief(name), site: brief(name) }] as const),
]);
const DEPENDENCIES: readonly Dependency[] = NAMES.flatMap((name, i) => [
  { from: name, to: 'safe', port: `${80 + i}` },
  { from: 'safe', to: name, port: brief(name) },
]);

/** Answers each query with these names in every label. */
function answer(query: string): Answered[] {
  if (/ALERTS/.test(query)) {
    return NAMES.map((name) => ({
      labels: { alertname: name, alertstate: name, severity: name, src_service: name, dst_service: 'safe' },
      value: 1,
    }));
  }
  return answerFor(query, DEPENDENCIES, LOCATIONS).map(({ labels, value }) => {
    const process = brief(labels.src_service ?? '');
    return { labels: { ...labels, src_process: process, src_pid: process, dst_address: process }, value };
  });
}

const graph = panelPage(() => startFakePrometheus(answer));
/** Signs that a name was treated as more than text. */
const harm: string[] = [];

beforeEach(() => {
  harm.length = 0;
  watch(graph.page);
});
// Before the page is closed.
afterEach(async () => {
  expect(await graph.page.evaluate('window.hacked')).toBeUndefined();
  expect(harm).toEqual([]);
});

/** Records dialogs, navigations, requests to other hosts, and scripts that the page's policy blocked. */
function watch(watched: Page): void {
  watched.on('dialog', (dialog) => {
    harm.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  watched.on('popup', (popup) => harm.push(`opened ${popup.url()}`));
  watched.on('request', (request) => {
    if (!/^(?:http:\/\/127\.0\.0\.1|blob:|data:|file:)/.test(request.url()))
      harm.push(`requested ${request.url()}`);
    if (/\/x$/.test(request.url())) harm.push(`loaded ${request.url()}`);
  });
  watched.on('framenavigated', (frame) => {
    if (!/^(?:http:\/\/127\.0\.0\.1|file:|about:)/.test(frame.url()))
      harm.push(`navigated to ${frame.url()}`);
  });
  watched.on('pageerror', (error) => harm.push(String(error)));
  watched.on('console', (message) => {
    if (/refused to|content security policy/i.test(message.text())) harm.push(message.text());
  });
}

async function open(options: object = {}, chosen: object = {}): Promise<void> {
  const query = new URLSearchParams({
    refresh: '',
    options: JSON.stringify(options),
    'musubi-1': JSON.stringify(chosen),
  });
  await graph.open(`${query}`);
}

/** Control characters, and characters that reverse text or are invisible; isolates, which delimit text, are allowed. */
const DECEPTIVE =
  '[\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F\\u061C\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2066\\u2067\\uFEFF]';

/** Faults in the texts that the panel shows or announces to screen readers. */
const faults = () =>
  graph.page.evaluate(`(() => {
    const deceptive = new RegExp(${JSON.stringify(DECEPTIVE)});
    const panel = document.querySelector('[data-testid=musubi-panel]');
    const all = [...document.body.querySelectorAll('*')];
    const accessible = all.flatMap((each) => ['aria-label', 'title', 'placeholder', 'alt'].map((name) => each.getAttribute(name) ?? ''));
    const texts = [...document.body.innerText.split('\\n'), ...accessible].filter((text) => deceptive.test(text));
    const links = all.filter((each) => /^\\s*(?:javascript|data|vbscript):/i.test(each.getAttribute('href') ?? each.getAttribute('src') ?? ''));
    const embedded = [...panel.querySelectorAll('img, script, iframe, object, embed')];
    const escaped = [...document.body.innerText.split('\\n'), ...accessible].filter((text) => /&(?:lt|quot|#x2F|#39|amp;amp);/.test(text));
    const wide = document.documentElement.scrollWidth > innerWidth ? ['the page is too wide'] : [];
    return [...texts, ...escaped, ...links.map((each) => each.outerHTML), ...embedded.map((each) => each.outerHTML), ...wide].map((fault) => fault.slice(0, 300));
  })()`);

it('the table and the details of every dependency show names as text', async () => {
  await open({}, { sort: { column: 'source', descending: false } });
  await graph.page.getByRole('button', { name: 'Table' }).click();
  const rows = graph.page.getByTestId('musubi-edges').locator('tr[data-row]');
  await rows.getByRole('button').first().focus();
  for (let i = 0; i < DEPENDENCIES.length; i++) {
    await graph.page.keyboard.press('Enter');
    await graph.page.getByTestId('musubi-pinned').waitFor();
    if (i % 5 === 0) expect(await faults()).toEqual([]);
    await graph.page.keyboard.press('Escape');
    await graph.page.keyboard.press('ArrowDown');
  }
  expect(await graph.page.getByTestId('musubi-edges').textContent()).toContain(`<script>${HACK}</script>`);
});

it('the drawing, and the details and announcement of every node, show names as text', async () => {
  await open();
  await graph.page.getByTestId('musubi-nodes').focus();
  await graph.page.keyboard.press('Home');
  for (let i = 0; i <= NAMES.length; i++) {
    const option = graph.page.getByTestId('musubi-nodes').getByRole('option');
    expect((await option.getAttribute('aria-label'))?.length).toBeLessThan(300);
    await graph.page.keyboard.press('Enter');
    await graph.page.getByTestId('musubi-pinned').waitFor();
    expect(await faults()).toEqual([]);
    await graph.page.keyboard.press('Escape');
    await graph.page.keyboard.press('PageDown');
  }
});

it('frames, groups, the list of hidden nodes and the strip of a path show names as text', async () => {
  const keyOf = (name: string) => JSON.stringify(['service', name, brief(name)]);
  for (const name of NAMES.slice(3, 6)) {
    const focus = { node: keyOf(name), way: 'both', hops: 1 };
    await open({}, { frames: 'host', hidden: [keyOf(NAMES[0] ?? ''), keyOf(NAMES[7] ?? '')], focus });
    expect(await faults()).toEqual([]);
  }
  await open({}, { frames: 'site', level: 'host' });
  await graph.page
    .getByRole('button', { name: /^Collapse / })
    .first()
    .waitFor();
  expect(await faults()).toEqual([]);
});

it('a search and its error message show names as text', async () => {
  await open();
  const search = graph.page.getByRole('textbox', { name: 'Search the graph' });
  for (const name of NAMES.filter((each) => !/[\n\t]/.test(each))) {
    await search.fill(`"${name.slice(0, 60).replaceAll(/["\\]/g, '\\$&')}"`);
    await search.press('Enter');
    expect(await faults()).toEqual([]);
  }
  await search.fill('<img>:x <b>');
  await search.fill('img:<b>');
  const searchError = () => graph.page.getByTestId('musubi-search-error').textContent();
  await expect.poll(searchError).toContain('Unknown field `img`');
  await search.fill('rtt:<b>/');
  await expect.poll(searchError).toContain('`<b>/` is not a number');
});

it('the error of a data source shows names as text', async () => {
  graph.mayComplain(/status of 400/);
  const body = JSON.stringify({ status: 'error', error: NAMES.join('\n') });
  await graph.page.route('**/api/v1/query', (route) =>
    route.fulfill({ status: 400, contentType: 'application/json', body }),
  );
  await graph.page.goto(`${graph.url}/?refresh=`);
  await graph.page.locator('[data-panel-state=error]').waitFor();
  expect(await graph.page.getByTestId('musubi-state').textContent()).toContain(`<script>${HACK}</script>`);
  expect(await faults()).toEqual([]);
});

it('every export contains names as text', async () => {
  await open();
  const names: string[] = [];
  for (const choice of ['CSV table', 'JSON', 'Mermaid', 'PNG image']) {
    const exported = await exportFrom(graph.page, choice);
    const content = exported.content.toString('latin1');
    names.push(exported.name);
    if (choice === 'CSV table') expect(content).not.toMatch(/(?:^|,)"?[\s\0]*[=+@]/m);
    if (choice === 'Mermaid') expect(content).not.toMatch(/click n0 "|<|%%\{/);
  }
  expect(names).toEqual(['dependencies.csv', 'dependencies.json', 'dependencies.mmd', 'dependencies.png']);
});

it('an exported image that is opened as a page shows names as text', async () => {
  await open({}, { frames: 'host' });
  const { content: body } = await exportFrom(graph.page, 'SVG image');
  const image = graph.page;
  await image.route('http://127.0.0.1/image.svg', (route) =>
    route.fulfill({ contentType: 'image/svg+xml', body }),
  );
  await image.goto('http://127.0.0.1/image.svg');
  expect(await image.evaluate('document.documentElement.nodeName')).toBe('svg');
  expect(await image.evaluate('window.hacked')).toBeUndefined();
  const elements = await image.evaluate(
    '[...new Set([...document.querySelectorAll("*")].map((each) => each.nodeName))]',
  );
  expect((elements as string[]).sort()).toEqual(['path', 'rect', 'svg', 'text']);
  expect(await image.evaluate('document.documentElement.textContent')).not.toMatch(new RegExp(DECEPTIVE));
});
