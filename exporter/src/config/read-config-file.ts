import { readFile } from 'node:fs/promises';
import type { ConfigValue } from './resolve-options.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads a YAML file whose keys are the long flags without dashes. Throws `UsageError` for a file that cannot
 * be read or is no such YAML, and for a key that is unknown.
 */
export async function readConfigFile(
  path: string,
  known: readonly string[],
): Promise<Map<string, ConfigValue>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`cannot read the configuration file: ${(cause as Error).message}`, { cause });
  }
  return parseConfig(text, path, known);
}

/** As `readConfigFile`, from the file's text. `path` is for messages. */
export async function parseConfig(
  text: string,
  path: string,
  known: readonly string[],
): Promise<Map<string, ConfigValue>> {
  // Imported on demand: most agents run without a file.
  const { parseDocument, LineCounter, isMap, isScalar } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => `${path}:${lines.linePos(offset).line}`;

  const [problem] = document.errors;
  if (problem) throw new UsageError(`${at(problem.pos[0])}: ${problem.message}`);
  const root = document.contents;
  if (root === null) return new Map();
  if (!isMap(root)) throw new UsageError(`${path}: not a YAML mapping of settings`);

  const values = new Map<string, ConfigValue>();
  for (const { key, value } of root.items) {
    const name = String(key);
    const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
    const line = lines.linePos(offset).line;
    if (!known.includes(name) || name === 'config')
      throw new UsageError(`${path}:${line}: unknown key ${JSON.stringify(name)}`);
    if (!isScalar(value) || value.value === null) {
      throw new UsageError(`${path}:${line}: ${name}: ${JSON.stringify(value)} is not a single value`);
    }
    values.set(name, { text: String(value.value), line });
  }
  return values;
}
