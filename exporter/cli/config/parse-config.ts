import { isCollection, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { RENAMED_FLAGS } from './renamed-settings.ts';
import { UsageError } from './usage-error.ts';

/** A value of the configuration file and its line. */
export interface ConfigValue {
  readonly text: string;
  readonly line: number;
  /** For a list: its content and the lines of its entries. */
  readonly list?: { readonly value: unknown; readonly lines: readonly number[] };
}

/** The most characters of a key in a message. */
const MAX_KEY = 60;

/**
 * Parses YAML with the keys `known`; the values of the keys `lists` may be lists. `path` is for messages. Throws
 * `UsageError` with the line for anything else.
 */
export function parseConfig(
  text: string,
  path: string,
  known: readonly string[],
  lists: readonly string[] = [],
): Map<string, ConfigValue> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (offset: number) => lines.linePos(offset).line;

  const [problem] = document.errors;
  if (problem) {
    const [at] = problem.pos;
    const [key] = /^("[^"\n]*"|'[^'\n]*'|[^\s:,{}[\]]+)/.exec(text.slice(at, at + MAX_KEY)) ?? [];
    const named = problem.code === 'DUPLICATE_KEY' && key !== undefined ? `: ${key}` : '';
    throw new UsageError(`${path}:${lineOf(at)}: ${problem.message}${named}`);
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return new Map();
  if (!isMap(root)) throw new UsageError(`${path}: not a YAML mapping of settings`);

  const values = new Map<string, ConfigValue>();
  for (const { key, value } of root.items) {
    const name = String(key);
    const line = lineOf(isScalar(key) ? (key.range?.[0] ?? 0) : 0);
    if (!known.includes(name)) {
      const renamed = RENAMED_FLAGS.get(name);
      const hint = renamed === undefined ? '' : ` (renamed to ${JSON.stringify(renamed)})`;
      throw new UsageError(`${path}:${line}: unknown key ${JSON.stringify(name)}${hint}`);
    }
    if (lists.includes(name) && isCollection(value)) {
      const entries = isSeq(value) ? value.items : [];
      const list = {
        value: plain(() => value.toJS(document), `${path}:${line}: ${name}`),
        lines: entries.map((entry) => (isNode(entry) ? lineOf(entry.range?.[0] ?? 0) : line)),
      };
      values.set(name, { text: '', line, list });
      continue;
    }
    if (!isScalar(value) || value.value === null) {
      throw new UsageError(`${path}:${line}: ${name}: ${JSON.stringify(value)} is not a single value`);
    }
    // As written: the name of a host may be 007.
    values.set(name, { text: value.source ?? String(value.value), line });
  }
  return values;
}

/** Throws `UsageError` for circular or excessive references. */
function plain(convert: () => unknown, place: string): unknown {
  try {
    return convert();
  } catch (cause) {
    throw new UsageError(`${place}: ${(cause as Error).message}`, { cause });
  }
}
