import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { UsageError } from './usage-error.ts';

/** A value of the configuration file and the line it stands on. */
export interface ConfigValue {
  readonly text: string;
  readonly line: number;
}

/**
 * Parses YAML whose keys are among `known`. `path` is for messages. Throws `UsageError` for text that is no
 * such YAML, with the line.
 */
export function parseConfig(text: string, path: string, known: readonly string[]): Map<string, ConfigValue> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => `${path}:${lines.linePos(offset).line}`;

  const [problem] = document.errors;
  if (problem) throw new UsageError(`${at(problem.pos[0])}: ${problem.message}`);
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return new Map();
  if (!isMap(root)) throw new UsageError(`${path}: not a YAML mapping of settings`);

  const values = new Map<string, ConfigValue>();
  for (const { key, value } of root.items) {
    const name = String(key);
    const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
    const line = lines.linePos(offset).line;
    if (!known.includes(name)) throw new UsageError(`${path}:${line}: unknown key ${JSON.stringify(name)}`);
    if (!isScalar(value) || value.value === null) {
      throw new UsageError(`${path}:${line}: ${name}: ${JSON.stringify(value)} is not a single value`);
    }
    // As it is written: a host may be called 007.
    values.set(name, { text: value.source ?? String(value.value), line });
  }
  return values;
}
