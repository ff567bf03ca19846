import { readFile } from 'node:fs/promises';
import type { ConfigValue } from './parse-config.ts';
import { refuseFile } from './refuse-file.ts';

/**
 * Reads a YAML file whose keys are the long flags without dashes. Throws `UsageError` for a file that cannot be
 * read, for invalid YAML and for unknown keys.
 */
export async function readConfigFile(
  path: string,
  known: readonly string[],
  lists: readonly string[],
): Promise<Map<string, ConfigValue>> {
  const text = await readFile(path, 'utf8').catch(refuseFile(`cannot read the configuration file ${path}`));
  // Imported on demand: most agents run without a file and save the memory of a YAML parser.
  const { parseConfig } = await import('./parse-config.ts');
  return parseConfig(text, path, known, lists);
}
