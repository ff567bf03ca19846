import { readFile } from 'node:fs/promises';
import { CATALOGUE } from '@musubi/contract/catalogue';
import { FAILING } from '@musubi/contract/failing';
import { seriesNames } from '@musubi/contract/prometheus-name';
import { RECORDED } from '@musubi/contract/recorded-series';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { grafanaAlerts } from './grafana-alerts.ts';
import { musubiAlerts } from './musubi-alerts.ts';
import { musubiEdges } from './musubi-edges.ts';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const rulesOf = (text: string): Rule[] => parse(text).groups.flatMap(({ rules }: { rules: Rule[] }) => rules);
const rules = rulesOf(musubiAlerts());
const alerts = rules.filter(({ alert }) => alert !== undefined);

it('rules/musubi-alerts.yaml is generated from this source', async () => {
  await expect(musubiAlerts()).toMatchFileSnapshot('../rules/musubi-alerts.yaml');
});

it('grafana/alerting/musubi-alerts.yaml is generated from this source', async () => {
  await expect(grafanaAlerts()).toMatchFileSnapshot('../../grafana/alerting/musubi-alerts.yaml');
});

it('the rules query existing series only', () => {
  const recorded = [...rules, ...rulesOf(musubiEdges())].map(({ record }) => record);
  const rendered = [RECORDED.expectedEdgeMaxGap, RECORDED.allowedEdgeLastSeen, RECORDED.unlistedEdgeLastSeen];
  const known = [...CATALOGUE.flatMap(seriesNames), ...recorded, ...rendered];
  const named = rules.flatMap(({ expr }) => expr.match(/\b(?:musubi[:_]|service_dependency_)[\w:]+/g) ?? []);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

it('DependencyFailing has the thresholds of musubi expect check', () => {
  const failing = rules.find(({ record }) => record === RECORDED.failingEdgeConnectionsFailed)?.expr;
  expect(failing).toContain(`>= ${FAILING.least}\n`);
  expect(failing).toContain(`> ${FAILING.share} * (`);
});

it('every alert has a severity, a summary, a description and a link to the graph', () => {
  expect(alerts.length).toBeGreaterThan(8);
  for (const { labels, annotations } of alerts) {
    expect(labels?.severity).toMatch(/^(critical|warning|info)$/);
    expect(Object.keys(annotations ?? {})).toEqual(['summary', 'description', 'graph']);
  }
});

describe('alerts evaluated by Grafana', () => {
  interface GrafanaRule {
    readonly uid: string;
    readonly title: string;
    readonly condition: string;
    readonly for: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly data: readonly {
      readonly refId: string;
      readonly datasourceUid: string;
      readonly model: { readonly expr?: string; readonly expression?: string };
    }[];
  }
  const file = parse(grafanaAlerts());
  const mine: GrafanaRule[] = file.groups.flatMap((group: { rules: GrafanaRule[] }) => group.rules);

  it('are the same as in Prometheus', () => {
    expect(mine.map((rule) => [rule.title, rule.data[0]?.model.expr, rule.for, rule.labels])).toEqual(
      alerts.map(({ alert, expr, for: hold = '0s', labels }) => [alert, expr.trimEnd(), hold, labels]),
    );
  });

  it('query the provisioned data source, and evaluate a condition on the result', async () => {
    const sources = parse(
      await readFile(new URL('../../grafana/datasources/prometheus.yaml', import.meta.url), 'utf8'),
    );
    for (const { uid, condition, data } of mine) {
      expect(uid).toMatch(/^[\w-]{1,40}$/);
      const [query, threshold] = data;
      expect(query?.datasourceUid).toBe(sources.datasources[0].uid);
      expect(threshold).toMatchObject({
        refId: condition,
        datasourceUid: '__expr__',
        model: { expression: query?.refId },
      });
    }
    expect(new Set(mine.map(({ uid }) => uid)).size).toBe(mine.length);
  });

  it('use only template functions that Grafana has', () => {
    const functions = [
      'printf',
      'humanizeTimestamp',
      'reReplaceAll',
      'externalURL',
      'with',
      'else',
      'end',
      'if',
      'not',
      'urlquery',
      '|',
    ];
    for (const text of mine.flatMap(({ annotations }) => Object.values(annotations))) {
      const words = [...text.matchAll(/{{ (.*?) }}/g)].flatMap(([, action = '']) =>
        action.replace(/"(?:[^"\\]|\\.)*"/g, '').split(/ +/),
      );
      const odd = words.filter((word) => word !== '' && !functions.includes(word));
      expect(odd.filter((word) => !/^(\.|\$labels\.\w+|\$values\.value\.Value)$/.test(word))).toEqual([]);
    }
  });

  it('link to the provisioned dashboard, as those of Prometheus do', async () => {
    const path = '../../grafana/dashboards/service-dependencies.json';
    const { uid } = JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8'));
    const links = [...mine, ...alerts].map(({ annotations }) => annotations?.graph);
    for (const link of links) expect(link).toContain(`/d/${uid}?`);
  });
});
