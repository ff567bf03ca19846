import { expect, it } from 'vitest';
import { answerFor, type Dependency, type ServiceLocations } from '../harness/estate.ts';
import { type Answered, startFakePrometheus } from '../harness/fake-prometheus.ts';
import { pinEdge } from '../harness/panel.ts';
import { panelPage } from '../harness/panel-page.ts';

/** Dashboard variables select what is shown, and can be set from the details. */

const LOCATIONS: ServiceLocations = {
  web: { host: 'front-1', site: 'tokyo' },
  api: { host: 'back-1', site: 'tokyo' },
  db: { host: 'data-1', site: 'osaka' },
  mail: { host: 'data-2', site: 'osaka' },
};
const DEPENDENCIES: readonly Dependency[] = [
  { from: 'web', to: 'api', port: '8080' },
  { from: 'api', to: 'db', port: '5432' },
  { from: 'db', to: 'mail', port: '25' },
];
const ALL = ['api → db', 'db → mail', 'web → api'];
const AROUND_API = ['api → db', 'web → api'];

/** Values of the variables `service`, `host` and `site`, else edges. */
function answer(query: string): Answered[] {
  const [, label] = /^group by \((\w+)\)/.exec(query) ?? [];
  if (label === undefined) return answerFor(query, DEPENDENCIES, LOCATIONS);
  const values = Object.entries(LOCATIONS).map(
    ([service, location]) => ({ service, ...location })[label] ?? '',
  );
  return [...new Set(values)].map((value) => ({ labels: { [label]: value }, value: 1 }));
}

const graph = panelPage(() => startFakePrometheus(answer));
const { open, listed } = graph;

const control = (label: string) => graph.page.getByRole('combobox', { name: label, exact: true });
const inAddress = (name: string) => new URL(graph.page.url()).searchParams.getAll(`var-${name}`);

async function pick(label: string, value: string): Promise<void> {
  await control(label).click();
  await graph.page.getByRole('option', { name: value, exact: true }).click();
  await graph.page.keyboard.press('Escape');
}

it('a service is shown with its dependents, its dependencies or both', async () => {
  await open();
  expect(await listed()).toEqual(ALL);
  await pick('Service', 'api');
  await expect.poll(listed).toEqual(AROUND_API);
  expect(inAddress('service')).toEqual(['api']);
  await pick('Direction', 'up');
  await expect.poll(listed).toEqual(['web → api']);
  await pick('Direction', 'down');
  await expect.poll(listed).toEqual(['api → db']);
});

it('variables in the address apply at any level, and several values are combined', async () => {
  await open('refresh=&var-service=web&var-service=mail');
  expect(await listed()).toEqual(['db → mail', 'web → api']);
  await graph.page.getByRole('radio', { name: 'Host' }).check({ force: true });
  await expect.poll(listed).toEqual(['data-1 → data-2', 'front-1 → back-1']);
});

it('sites and hosts can be selected', async () => {
  await open('refresh=&var-site=osaka&var-direction=up');
  expect(await listed()).toEqual(['api → db', 'db → mail']);
  await open('refresh=&var-host=front-1');
  expect(await listed()).toEqual(['web → api']);
});

it('shows a message if nothing matches the variables', async () => {
  await graph.page.goto(`${graph.url}/?refresh=&var-service=nobody`);
  // Until the results arrive it shows that it is loading.
  const message = () => graph.page.getByTestId('musubi-state').textContent();
  await expect.poll(message).toMatch(/match the dashboard variables.*service = nobody/);
});

it('a node or an edge sets the variables that the dashboard has', async () => {
  await open();
  await pinEdge(graph.page, '[data-source=web]');
  const details = graph.page.getByTestId('musubi-pinned');
  expect(await details.getByRole('button', { name: '$' }).allTextContents()).toEqual([
    '$service = api',
    '$service = web',
    '$host = back-1',
    '$host = front-1',
    '$site = tokyo',
  ]);
  await details.getByRole('button', { name: '$service = api' }).click();
  await expect.poll(listed).toEqual(AROUND_API);
  expect(inAddress('service')).toEqual(['api']);
  await graph.page.goBack();
  await expect.poll(listed).toEqual(ALL);
});

it('variables that the dashboard does not have are not offered', async () => {
  await open('refresh=', ({ templating }) => {
    templating.list = templating.list.filter((variable) => (variable as { name: string }).name !== 'host');
  });
  await pinEdge(graph.page, '[data-source=web]');
  const names = await graph.page
    .getByTestId('musubi-pinned')
    .getByRole('button', { name: '$' })
    .allTextContents();
  expect(names.filter((name) => name.startsWith('$host'))).toEqual([]);
  expect(names).toHaveLength(3);
});

it('a link to a dashboard of Grafana opens the page', async () => {
  await graph.page.goto(`${graph.url}/d/musubi-service-dependencies?refresh=&var-service=api`);
  await graph.ready();
  expect(await listed()).toEqual(AROUND_API);
});
