/** Prometheus's linter accepts the names, types, units and descriptions of all metrics. */
import { spawnSync } from 'node:child_process';
import {
  CATALOGUE,
  EDGE_ATTRIBUTES,
  EDGE_METRICS,
  LISTEN_ATTRIBUTES,
  LISTEN_METRICS,
  type MetricDefinition,
} from '@musubi/contract/catalogue';
import { prometheusName } from '@musubi/contract/prometheus-name';
import { expect, test } from 'vitest';
import type { Family, Point } from '../../exporter/agent/metrics/family.ts';
import { prometheusText } from '../../exporter/agent/metrics/prometheus-text.ts';
import { promtools } from '../harness/promtool.ts';

const { paths: PROMTOOLS, missing: MISSING } = await promtools();

const attributesOf = (definition: MetricDefinition): readonly string[] => {
  const isAmong = (metrics: object) => Object.values(metrics).includes(definition);
  if (isAmong(EDGE_METRICS)) return EDGE_ATTRIBUTES;
  return isAmong(LISTEN_METRICS) ? LISTEN_ATTRIBUTES : [];
};

const sampled = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'a']));

function sampleOf(definition: MetricDefinition): Family {
  const value: Point['value'] =
    definition.kind === 'histogram' ? { bounds: [0.1], counts: [1, 1], sum: 1 } : 1;
  const attributes = sampled([...attributesOf(definition), ...definition.attributes]);
  return { definition, points: [{ attributes, value, since: 0 }] };
}

const lint = (promtool: string, page: string) => {
  const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], {
    input: page,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
};

test.each(PROMTOOLS)('%s accepts a page with every metric', (promtool) => {
  const page = [...prometheusText(CATALOGUE.map(sampleOf), { 'host.name': 'h' })].join('');
  for (const definition of CATALOGUE) expect(page).toContain(`# TYPE ${prometheusName(definition)} `);
  expect(lint(promtool, page)).toEqual({ status: 0, output: '' });
});

test.each(PROMTOOLS)('%s rejects the former name of a metric', (promtool) => {
  const former = { ...EDGE_METRICS.open, name: 'service.dependency.connection.count' };
  const { status, output } = lint(promtool, [...prometheusText([sampleOf(former)], {})].join(''));
  expect(status).toBe(3);
  expect(output).toContain('service_dependency_connection_count');
});

test('the names are also checked with Prometheus 3', ({ skip }) => {
  if (MISSING) skip(MISSING);
  expect(PROMTOOLS).toHaveLength(2);
});
