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

test('asks only for metrics that the exporter has', () => {
  const asked = new Set(text.match(/\bservice_dependency_\w+/g));
  expect(asked.size).toBeGreaterThan(5);
  expect([...asked].filter((name) => !CATALOGUE.flatMap(seriesNames).includes(name))).toEqual([]);
});

test('asks instantly and for tables, in each of its panels', () => {
  for (const target of targets) expect(target).toMatchObject({ format: 'table', instant: true });
});

test("gives each of the panel's queries a refId that says what it measures", () => {
  const panel = panels.find((each) => each.type === 'musubi-dependencies-panel');
  const measures = panel?.targets.map(({ refId }) => measureOf({ refId, columns: [] }));
  expect(measures?.slice(0, 7)).toEqual(['lastSeen', 'opened', 'io', 'open', 'rtt', 'listen', 'failed']);
});

test('asks for what is not as expected and for what fires', () => {
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
