import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { prometheus3 } from '../../provisioning/local/prometheus3.mjs';
import { toolPath } from './places.ts';

const run = promisify(execFile);

export type Labels = Readonly<Record<string, string>>;

/** An input series: its values in promtool's notation, one each `STEP`. */
export interface Input {
  readonly series: Labels;
  readonly values: string;
}

/** The expected result of an expression at a time (`10m`, since the start of the data). */
export interface Expectation {
  readonly at: string;
  readonly expr: string;
  readonly rows: readonly (readonly [Labels, number])[];
}

/** The expected alert at a time: all its firing instances. */
export interface Reported {
  readonly at: string;
  readonly alert: string;
  readonly instances: readonly { readonly labels: Labels; readonly annotations: Labels }[];
}

/** Seconds between two values of a series, and between evaluations. */
export const STEP = 30;

/** The available promtools: Debian's 2.42 and, unless it cannot be built (`missing` gives the reason), that of Prometheus 3. */
export async function promtools(): Promise<{ paths: string[]; missing?: string }> {
  const built = await prometheus3({ log: console.log });
  const debian = toolPath('promtool');
  if ('missing' in built) return { paths: [debian], missing: built.missing };
  return { paths: [debian, built.promtool] };
}

/** Order of the rule groups that are due at the same time: Prometheus guarantees none, promtool chooses at random. */
export type Order = 'as written' | 'backwards';

/** For tests that run each promtool once, each with one of the two orders. */
export const orderFor = (promtool: number): Order => (promtool % 2 === 0 ? 'as written' : 'backwards');

/**
 * Evaluates rules on synthetic series. Resolves to promtool's complaints, or '' if everything is as expected; a rule
 * that fails is one of them.
 */
export async function testRules(
  promtool: string,
  rules: readonly string[],
  inputs: readonly Input[],
  expectations: readonly Expectation[],
  reported: readonly Reported[] = [],
  order: Order = 'as written',
): Promise<string> {
  const groups = (await Promise.all(rules.map(groupNames))).flat();
  const test = {
    rule_files: rules,
    group_eval_order: order === 'backwards' ? groups.reverse() : groups,
    evaluation_interval: `${STEP}s`,
    tests: [
      {
        interval: `${STEP}s`,
        input_series: inputs.map(({ series, values }) => ({ series: selector(series), values })),
        promql_expr_test: expectations.map(({ at, expr, rows }) => ({
          eval_time: at,
          expr,
          exp_samples: rows.map(([labels, value]) => ({ labels: selector(labels), value })),
        })),
        alert_rule_test: reported.map(({ at, alert, instances }) => ({
          eval_time: at,
          alertname: alert,
          exp_alerts: instances.map(({ labels, annotations }) => ({
            exp_labels: labels,
            exp_annotations: annotations,
          })),
        })),
      },
    ],
  };
  const folder = await mkdtemp(join(tmpdir(), 'musubi-promtool-'));
  try {
    const file = join(folder, 'test.json');
    await writeFile(file, JSON.stringify(test));
    return await run(promtool, ['test', 'rules', file]).then(
      () => '',
      ({ stdout, stderr }) => `${stdout}${stderr}`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function groupNames(path: string): Promise<string[]> {
  const { groups } = parse(await readFile(path, 'utf8')) as { groups: { name: string }[] };
  return groups.map(({ name }) => name);
}

function selector({ __name__ = '', ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${__name__}{${pairs.join(',')}}`;
}
