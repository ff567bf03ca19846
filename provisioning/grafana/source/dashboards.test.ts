import { readdir, readFile } from 'node:fs/promises';
import { CATALOGUE, EDGE_ATTRIBUTES } from '@musubi/contract/catalogue';
import { prometheusLabel, seriesNames } from '@musubi/contract/prometheus-name';
import { RECORDED } from '@musubi/contract/recorded-series';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exporters } from './exporters.ts';
import { oneService } from './one-service.ts';
import { serviceDependencies } from './service-dependencies.ts';

const FOLDER = new URL('../dashboards/', import.meta.url);
const RULES = ['musubi-edges.yaml', 'musubi-alerts.yaml'];

interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly tags: readonly string[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly {
      readonly refId: string;
      readonly expr: string;
      readonly legendFormat: string;
    }[];
  }[];
}

it('dashboards/one-service.json is generated from this source', async () => {
  await expect(oneService()).toMatchFileSnapshot('../dashboards/one-service.json');
});

it('dashboards/exporters.json is generated from this source', async () => {
  await expect(exporters()).toMatchFileSnapshot('../dashboards/exporters.json');
});

it('dashboards/service-dependencies.json is generated from this source', async () => {
  await expect(serviceDependencies()).toMatchFileSnapshot('../dashboards/service-dependencies.json');
});

const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));
const recorded: string[] = [];
for (const file of RULES) {
  const { groups } = parse(
    await readFile(new URL(`../../prometheus/rules/${file}`, import.meta.url), 'utf8'),
  );
  for (const { rules } of groups)
    recorded.push(...rules.map(({ record }: { record?: string }) => record ?? ''));
}

it('there are the three documented dashboards', () => {
  expect(files.sort()).toEqual(['exporters.json', 'one-service.json', 'service-dependencies.json']);
});

describe.each(files)('%s', async (file) => {
  const text = await readFile(new URL(file, FOLDER), 'utf8');
  const dashboard: Dashboard = JSON.parse(text);
  const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const all = [...queries, ...dashboard.templating.list.flatMap(({ definition }) => definition ?? [])];

  it('queries existing series only', () => {
    const rendered = [RECORDED.expectedEdgeMaxGap, RECORDED.allowedEdgeLastSeen];
    const known = [...CATALOGUE.flatMap(seriesNames), ...recorded, ...rendered];
    const named = all.flatMap((expr) => expr.match(/\b(?:musubi[:_]|service_dependency_)[\w:]+/g) ?? []);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('uses existing labels only', () => {
    const attributes = [...EDGE_ATTRIBUTES, ...CATALOGUE.flatMap(({ attributes }) => attributes)];
    const known = [
      ...attributes.map(prometheusLabel),
      'job',
      'host_name',
      'instance',
      'le',
      'observer',
      'service',
      'host',
      'site',
      'alertname',
      'alertstate',
      'severity',
      '__name__',
    ];
    const lists = [...all.join('\n').matchAll(/\b(?:by|on|without) \(([\w, ]*)\)/g)].map(
      ([, list = '']) => list,
    );
    const named = [
      ...lists.flatMap((list) => list.split(/, */)),
      ...[...all.join('\n').matchAll(/(\w+)=~?"/g)].map(([, label]) => label),
      ...[...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label),
    ];
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((label) => !known.includes(label ?? ''))).toEqual([]);
  });

  it('uses each of its variables, and no others', () => {
    const names = dashboard.templating.list.map(({ name }) => name);
    const used = [...text.matchAll(/\$(?:\{([a-z]\w*)\}|([a-z]\w*))/g)].map(
      ([, braced, bare]) => braced ?? bare,
    );
    expect([...new Set(used)].sort()).toEqual(names.sort());
  });

  it('has panels with unique ids that do not overlap', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });

  it('has the uid and the tag that links use', () => {
    expect(dashboard).toMatchObject({
      uid: `musubi-${file.replace('.json', '')}`,
      tags: ['musubi'],
      schemaVersion: 42,
    });
  });
});
