import { readFile } from 'node:fs/promises';
import { UsageError } from '../config/usage-error.ts';
import { parseRules, type Rule } from '../identify/rules.ts';

/** The rules of a configuration file, none where it has none. Throws `UsageError` with the file and what is wrong. */
export async function readRules(path: string): Promise<Rule[]> {
  try {
    const text = await readFile(path, 'utf8');
    const { parse } = await import('yaml');
    const settings: unknown = parse(text);
    if (settings === null) return [];
    if (typeof settings !== 'object' || Array.isArray(settings))
      throw new Error('not a YAML mapping of settings');
    return 'rules' in settings ? parseRules(settings.rules) : [];
  } catch (cause) {
    // What follows the first line of a YAML parser's message is a picture of the place.
    const [message] = (cause as Error).message.split('\n');
    throw new UsageError(`${path}: ${message}`, { cause });
  }
}
