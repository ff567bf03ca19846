import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseExpectations } from '../../exporter/cli/expect/parse-expectations.ts';
import { renderRules } from '../../exporter/cli/expect/render-rules.ts';
import { onFileEnd } from './cleanup.ts';
import { ROOT } from './places.ts';

/** Numbers of seconds that rules compare factor with. */
const SECONDS = /(?<=time\(\) - |> )(?:60|180|300|3600|86400)\b/g;
/** Durations, but not those in the names of series, as in `…:increase1h`. */
const DURATIONS = /(?<![:\w])(\d+)(s|m|h)\b/g;
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Writes a copy of a rule file, with every duration divided by `factor`, to a folder; returns its path. */
function accelerate(path: string, factor: number, folder: string): string {
  const text = readFileSync(path, 'utf8')
    .replace(SECONDS, (seconds) => `${Number(seconds) / factor}`)
    .replace(DURATIONS, (_, count, unit) => `${Math.round((Number(count) * (UNITS[unit] ?? 0)) / factor)}ms`);
  const copy = join(folder, basename(path));
  writeFileSync(copy, text);
  return copy;
}

/**
 * Copies of the shipped rules and of those rendered from a file of expectations, with every duration divided by
 * `factor`; returns their paths.
 */
export function acceleratedRules(expectations: string, factor: number): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'musubi-rules-'));
  onFileEnd(() => rm(folder, { recursive: true }));
  const expected = join(folder, 'expected-shipped.yaml');
  writeFileSync(
    expected,
    renderRules(parseExpectations(expectations, 'expected.yaml')).replace(
      /vector\((\d+)\)/g,
      (_, gap) => `vector(${Number(gap) / factor})`,
    ),
  );
  const shipped = ['musubi-edges', 'musubi-alerts'].map((name) =>
    join(ROOT, `provisioning/prometheus/rules/${name}.yaml`),
  );
  return [...shipped, expected].map((path) => accelerate(path, factor, folder));
}
