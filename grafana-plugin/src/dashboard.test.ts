import { readFile } from 'node:fs/promises';
import { CATALOGUE, EDGE_ATTRIBUTES } from '@musubi/contract/catalogue';
import { prometheusLabel, seriesNames } from '@musubi/contract/prometheus-name';
import { expect, test } from 'vitest';
import { measureOf } from './graph/tables/table-measure.ts';
import { tablesByRole } from './graph/tables/table-role.ts';

interface Panel {
  type: string;
  targets: { refId: string; expr: string; format: string; instant: boolean }[];
}

const file = new URL('../../provisioning/grafana/dashboards/service-dependencies.json', import.meta.url);
const text = await readFile(file, 'utf8');
const { panels } = JSON.parse(text) as { panels: Panel[] };
const targets = panels.flatMap((panel) => panel.targets);

test('the dashboard queries only metrics that the exporter has', () => {
  const queried = new Set(text.match(/\bservice_dependency_\w+/g));
  expect(queried.size).toBeGreaterThan(2);
  expect([...queried].filter((name) => !CATALOGUE.flatMap(seriesNames).includes(name))).toEqual([]);
});

test('every query of the dashboard is an instant query in table format', () => {
  for (const target of targets) expect(target).toMatchObject({ format: 'table', instant: true });
});

test("each of the panel's queries has a refId that identifies its measure", () => {
  const panel = panels.find((each) => each.type === 'musubi-dependencies-panel');
  const measures = panel?.targets.map(({ refId }) => measureOf({ refId, columns: [] }));
  expect(measures?.slice(0, 7)).toEqual(['lastSeen', 'opened', 'failed', 'open', 'io', 'rtt', 'listen']);
});

test('the dashboard queries missing and unexpected dependencies and alerts', () => {
  const panel = panels.find((each) => each.type === 'musubi-dependencies-panel');
  const byRole = tablesByRole(panel?.targets.map(({ refId }) => ({ refId, columns: [] })) ?? []);
  const { missing, unexpected, alerts } = byRole;
  expect([missing, unexpected, alerts].map(({ length }) => length)).toEqual([1, 1, 1]);
});

test('the panel reads labels that the exporter has', async () => {
  const source = await readFile(new URL('./graph/tables/read-tables.ts', import.meta.url), 'utf8');
  const known = new Set(EDGE_ATTRIBUTES.map(prometheusLabel));
  const ends = [...source.matchAll(/\bcolumn\('(\w+)'\)/g)].flatMap(([, part]) => [
    `src_${part}`,
    `dst_${part}`,
  ]);
  expect(ends.length).toBeGreaterThan(8);
  expect(
    [...ends, 'direction', 'network_transport', 'dst_port'].filter((label) => !known.has(label)),
  ).toEqual([]);
});
