// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana writes its variables so.
import { expect, it } from 'vitest';
import { answerFor, type Dependency, type ServiceLocations } from '../harness/estate.ts';
import { startFakePrometheus } from '../harness/fake-prometheus.ts';
import { pinEdge } from '../harness/panel.ts';
import { panelPage } from '../harness/panel-page.ts';

/** Data links of the fields in the details of nodes and edges; values from the network cannot run code there. */

const EVIL = 'javascript:alert(1)//"><img src=x onerror=alert(2)>';
const LOCATIONS: ServiceLocations = {
  web: { host: 'front-1', site: 'tokyo' },
  'api & co': { host: 'back-1', site: 'tokyo' },
  [EVIL]: { host: 'data-1', site: 'osaka' },
};
const DEPENDENCIES: readonly Dependency[] = [
  { from: 'web', to: 'api & co', port: '8080', opened: 42 },
  { from: 'api & co', to: EVIL, port: '5432' },
];

const graph = panelPage(() => startFakePrometheus((query) => answerFor(query, DEPENDENCIES, LOCATIONS)));

/** Opens the graph with links on the fields of a matcher, and pins an edge. */
async function openEdge(
  source: string,
  fields: string,
  ...links: readonly { title: string; url: string }[]
): Promise<void> {
  await graph.open('from=1700000000000&to=1700003600000&refresh=&var-service=', ({ panels: [panel] }) => {
    const matcher = { id: 'byRegexp', options: fields };
    const overrides = [{ matcher, properties: [{ id: 'links', value: links }] }];
    Object.assign(panel ?? {}, { fieldConfig: { defaults: {}, overrides } });
  });
  await pinEdge(graph.page, `[data-source="${source}"]`);
}

const details = () => graph.page.getByTestId('musubi-pinned');

/** Titles and addresses of the links in the pinned details. */
const links = () =>
  details()
    .getByRole('link')
    .evaluateAll((all) =>
      // Runs in the page, whose types are not available here.
      (all as unknown as { textContent: string; getAttribute(name: string): string }[]).map((link) => [
        link.textContent.trim(),
        link.getAttribute('href'),
      ]),
    );

it('variables of the row, the range and the dashboard are replaced', async () => {
  await openEdge('web', '^Value #opened$', {
    title: '${__value.raw} by ${__field.labels.src_service}',
    url: '/d/x?${__url_time_range}&to=${__data.fields.dst_service}&host=${__field.labels.dst_host}&way=$direction',
  });
  expect(await links()).toEqual([
    ['42 by web', '/d/x?from=1700000000000&to=1700003600000&to=api%20%26%20co&host=back-1&way=both'],
  ]);
});

it('a node has the links of its own labels, an edge those of both endpoints', async () => {
  const link = { title: 'Look at ${__value.raw}', url: 'https://wiki.example/${__value.raw}' };
  await openEdge('web', '^(src|dst)_service$', link);
  const [ofWeb, ofApi] = [
    ['Look at web', 'https://wiki.example/web'],
    ['Look at api & co', 'https://wiki.example/api%20%26%20co'],
  ];
  expect((await links()).sort()).toEqual([ofApi, ofWeb]);
  await graph.page.getByRole('textbox', { name: 'Search the graph' }).fill('service=web');
  await graph.page.getByRole('textbox', { name: 'Search the graph' }).press('Enter');
  await expect.poll(links).toEqual([ofWeb]);
});

it('a link that would run code is shown as text', async () => {
  await openEdge(
    'api & co',
    '^dst_service$',
    { title: 'by the name', url: '${__value.raw:raw}' },
    { title: 'by the dashboard', url: 'javascript:alert(3)' },
    { title: 'as data', url: 'data:text/html,<script>alert(4)</script>' },
    { title: 'to ${__value.raw}', url: '/d/x?var-service=${__value.raw}' },
  );
  expect(await links()).toEqual([[`to ${EVIL}`, `/d/x?var-service=${encodeURIComponent(EVIL)}`]]);
  for (const title of ['by the name', 'by the dashboard', 'as data']) {
    await details().getByText(title, { exact: true }).click();
  }
  expect(await graph.page.locator('img[src=x]').count()).toBe(0);
});

it('the provisioned dashboard links a service to its own dashboard', async () => {
  await graph.open('from=1700000000000&to=1700003600000&refresh=');
  await pinEdge(graph.page, '[data-source=web]');
  const range = 'from=1700000000000&to=1700003600000';
  expect((await links()).sort()).toEqual([
    [
      'One service: api & co',
      `/d/musubi-one-service?${range}&var-datasource=prometheus&var-service=api%20%26%20co`,
    ],
    ['One service: web', `/d/musubi-one-service?${range}&var-datasource=prometheus&var-service=web`],
  ]);
});
