import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../harness/places.ts';
import type { Input } from '../../harness/promtool.ts';

/**
 * Writes the rules of musubi-edges.yaml so that those of half a minute record nothing while a series `stalled` is above
 * zero, as where Prometheus cannot keep up. Resolves to their path.
 */
export async function haltingRules(folder: string): Promise<string> {
  const shipped = await readFile(join(ROOT, 'provisioning/prometheus/rules/musubi-edges.yaml'), 'utf8');
  const [joining = '', hourly = ''] = shipped.split(/(?=^.*-hourly)/m);
  const whileJoined = 'expr: |\n          (\n$1          ) and on () (stalled == 0)\n';
  const path = join(folder, 'halting.yaml');
  await writeFile(path, joining.replace(/expr: \|\n(( {10}.*\n)+)/g, whileJoined) + hourly);
  return path;
}

/** When they do, in promtool's notation. */
export const stalled = (values: string): Input => ({ series: { __name__: 'stalled' }, values });
