import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../harness/places.ts';
import type { Input } from '../../harness/promtool.ts';

/**
 * Writes a file of the shipped rules whose first group records nothing while a series `stalled` is above zero, as if
 * Prometheus could not keep up. Resolves to the file's path.
 */
export async function haltingRules(folder: string, name = 'musubi-edges.yaml'): Promise<string> {
  const shipped = await readFile(join(ROOT, 'provisioning/prometheus/rules', name), 'utf8');
  const [about = '', first = '', ...others] = shipped.split(/(?=^ {2}- name:)/m);
  const unlessStalled = 'expr: |\n          (\n$1          ) and on () (stalled == 0)\n';
  const halting = first.replace(/expr: \|\n(( {10}.*\n)+)/g, unlessStalled);
  const path = join(folder, `halting-${name}`);
  await writeFile(path, [about, halting, ...others].join(''));
  return path;
}

/** The input series that halts them, in promtool's notation. */
export const stalled = (values: string): Input => ({ series: { __name__: 'stalled' }, values });
