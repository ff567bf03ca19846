import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toolPath } from './places.ts';

const run = promisify(execFile);

export type Labels = Readonly<Record<string, string>>;

/** A series as it comes to Prometheus: its values in promtool's notation, one each `STEP`. */
export interface Input {
  readonly series: Labels;
  readonly values: string;
}

/** What an expression gives at a time (promtool's notation, from the start of the data). */
export interface Expectation {
  readonly at: string;
  readonly expr: string;
  readonly rows: readonly (readonly [Labels, number])[];
}

/** Seconds between two values of a series: a scrape. */
export const STEP = 30;

/** The promtool that runs unit tests: of what Prometheus. */
export interface Promtool {
  readonly version: string;
  readonly path: string;
}

export const DEBIAN_PROMTOOL: Promtool = { version: '2.42', path: toolPath('promtool') };

/**
 * Evaluates rules on made-up series by promtool, which starts at 0 and evaluates them each 30 s. Resolves to what it
 * has to complain about, '' where all is as expected.
 */
export async function testRules(
  { path }: Promtool,
  rules: readonly string[],
  inputs: readonly Input[],
  expectations: readonly Expectation[],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'musubi-promtool-'));
  const file = join(folder, 'test.json');
  const test = {
    rule_files: rules,
    evaluation_interval: '30s',
    tests: [
      {
        interval: `${STEP}s`,
        input_series: inputs.map(({ series, values }) => ({ series: selector(series), values })),
        promql_expr_test: expectations.map(({ at, expr, rows }) => ({
          eval_time: at,
          expr,
          exp_samples: rows.map(([labels, value]) => ({ labels: selector(labels), value })),
        })),
      },
    ],
  };
  try {
    await writeFile(file, JSON.stringify(test));
    return await run(path, ['test', 'rules', file]).then(
      () => '',
      ({ stdout, stderr }) => `${stdout}${stderr}`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

function selector({ __name__ = '', ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${__name__}{${pairs.join(',')}}`;
}
