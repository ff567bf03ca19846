import { join } from 'node:path';
import { RECORDED } from '@musubi/contract/recorded-series';
import { expect } from 'vitest';
import type { Process } from '../../fixtures/rule-series.ts';
import { ROOT } from '../../harness/places.ts';
import { type Expectation, type Input, promtools, testRules } from '../../harness/promtool.ts';

export const RULES = join(ROOT, 'provisioning/prometheus/rules/musubi-edges.yaml');

export const { paths: PROMTOOLS, missing: MISSING } = await promtools();

/** Evaluates the rules on the series of exporters, with each available version of Prometheus. */
export async function expectOf(
  inputs: readonly (readonly Input[])[],
  expectations: readonly Expectation[],
  rules = RULES,
) {
  for (const promtool of PROMTOOLS)
    expect(await testRules(promtool, [rules], inputs.flat(), expectations)).toBe('');
}

/** A process as its own exporter reports it. */
export const processOn = (host: string, address: string, service: string, pid: string): Process => ({
  service,
  process: service,
  pid,
  host,
  address,
  kind: 'process',
});

/** The process as the exporter of the other endpoint reports it. */
export const at = ({ address = '' }: Process): Process => ({ address });

/** The edges at a time, as `SERVICE PID HOST > SERVICE PID HOST ADDRESS PORT OBSERVER`, `-` if unknown. */
export function edges(time: string, ...rows: string[]): Expectation {
  return expectedSeries(
    time,
    'group',
    RECORDED.edgeLastSeen,
    ['src_service', 'src_pid', 'src_host'],
    ['dst_service', 'dst_pid', 'dst_host', 'dst_address', 'dst_port', 'observer'],
    Object.fromEntries(rows.map((row) => [row, 1])),
  );
}

/** Connections opened in the hour before, by `SERVICE > SERVICE PORT`. */
export function opened(time: string, rows: Readonly<Record<string, number>>, range = '1h'): Expectation {
  const series = `sum_over_time(${RECORDED.connectionsOpened}[${range}])`;
  return expectedSeries(time, 'sum', series, ['src_service'], ['dst_service', 'dst_port'], rows);
}

/** Failures in the hour before, by `SERVICE > SERVICE PORT REASON`. */
export function failed(time: string, rows: Readonly<Record<string, number>>): Expectation {
  const series = `sum_over_time(${RECORDED.connectionsFailed}[1h])`;
  return expectedSeries(
    time,
    'sum',
    series,
    ['src_service'],
    ['dst_service', 'dst_port', 'error_type'],
    rows,
  );
}

/** Connections open, by `SERVICE > SERVICE PORT`. */
export function open(time: string, rows: Readonly<Record<string, number>>): Expectation {
  return expectedSeries(
    time,
    'sum',
    RECORDED.activeConnections,
    ['src_service'],
    ['dst_service', 'dst_port'],
    rows,
  );
}

/** The service edges, as `SITE SERVICE > SITE SERVICE PORT`, with the time of their last use. */
export function serviceEdges(time: string, rows: Readonly<Record<string, number>>): Expectation {
  const series = RECORDED.serviceEdgeLastSeen;
  return expectedSeries(
    time,
    'sum',
    series,
    ['src_site', 'src_service'],
    ['dst_site', 'dst_service', 'dst_port'],
    rows,
  );
}

/** The result of an expression, the labels of each row in one text. */
export function expectedSeries(
  at: string,
  aggregation: string,
  series: string,
  source: readonly string[],
  destination: readonly string[],
  rows: Readonly<Record<string, number>>,
): Expectation {
  const filled = [...source, ...destination].reduce(
    (text, label) => `label_replace(${text}, "${label}", "-", "${label}", "")`,
    series,
  );
  const joined = (label: string, labels: readonly string[], text: string) =>
    `label_join(${text}, "${label}", " ", ${labels.map((name) => `"${name}"`).join(', ')})`;
  const endpoints = joined('from', source, joined('to', destination, filled));
  const expr = `${aggregation} by (edge) (label_join(${endpoints}, "edge", " > ", "from", "to"))`;
  return { at, expr, rows: Object.entries(rows).map(([edge, value]) => [{ edge }, value] as const) };
}
