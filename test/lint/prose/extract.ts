/** The prose of a source file, with its position: comments, messages, test titles, and the words of its names. */
import { parseSync, Visitor } from 'oxc-parser';

export interface Fragment {
  /** `text` has the length it has in the file; a `name` is its words, and has only its start in common with it. */
  readonly kind: 'text' | 'name';
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Extract = (source: string, path: string) => Fragment[];

const BY_EXTENSION: Readonly<Record<string, Extract>> = {
  ts: fromScript,
  tsx: fromScript,
  mjs: fromScript,
  c: fromC,
  h: fromC,
  json: fromJson,
  yaml: fromYaml,
  yml: fromYaml,
  html: (source) => matches(source, />([^<>]+)</g),
  // Others have at most comments.
  '': (source) => matches(source, /^[ \t]*#(.*)$/gm),
};

export function extract(source: string, path: string): Fragment[] {
  const extension = /\.(\w+)$/.exec(path)?.[1] ?? '';
  return (BY_EXTENSION[extension] ?? (BY_EXTENSION[''] as Extract))(source, path);
}

/** `askedAddress`, `asked_address` and `udp_says4` as words. */
export function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/[^A-Za-z]+/g, ' ')
    .trim()
    .toLowerCase();
}

function fromScript(source: string, path: string): Fragment[] {
  const { program, comments, errors } = parseSync(path, source);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const fragments = comments.map(({ start, end }) => comment(source, start, end));
  const names = new Map<string, number>();
  const add = (name: string, start: number) => {
    if (!names.has(name)) names.set(name, start);
  };
  const addString = (start: number, end: number) => {
    const text = source.slice(start, end);
    if (isProse(text)) fragments.push({ kind: 'text', start, end, text });
    else if (/^[\w.-]+$/.test(text)) add(text, start);
  };
  new Visitor({
    Identifier: ({ name, start }) => add(name, start),
    Literal(node) {
      if (typeof node.value === 'string') addString(node.start + 1, node.end - 1);
    },
    TemplateElement: ({ start, end }) => addString(start, end),
    JSXText: ({ start, end }) => addString(start, end),
  }).visit(program);
  return [...fragments, ...[...names].map(([name, start]) => nameAt(name, start))];
}

/** Two words with a space between them, or a capitalized word: not a key, a path or a label. */
function isProse(text: string): boolean {
  return /[A-Za-z]{2,}[,;:.)]? [A-Za-z(]/.test(text) || /^[A-Z][a-z]+$/.test(text);
}

function fromC(source: string): Fragment[] {
  const fragments: Fragment[] = [];
  const code = source.replace(/\/\*.*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"/gs, (text, start: number) => {
    const end = start + text.length;
    fragments.push(text.startsWith('"') ? { kind: 'text', start, end, text } : comment(source, start, end));
    return blank(text);
  });
  const names = new Map(
    [...code.matchAll(/[A-Za-z_]\w+/g)].reverse().map((match) => [match[0], match.index]),
  );
  return [...fragments, ...[...names].map(([name, start]) => nameAt(name, start))];
}

/** A comment without its code: what is between backticks, types of JSDoc and addresses of pages. */
function comment(source: string, start: number, end: number): Fragment {
  const text = source
    .slice(start, end)
    .replace(/^\/[/*]+|\*\/$|^[ \t]*\*(?!\/)/gm, blank)
    .replace(/`[^`]*`|\{@?[^{}]*\}|https?:\S+/g, blank);
  return { kind: 'text', start, end, text };
}

const QUERY_KEYS = ['expr', 'query', 'definition', 'record', 'uid', 'type', 'path', 'resolved', 'integrity'];

function fromJson(source: string): Fragment[] {
  return matches(source, /"(?:[^"\\\n]+)": "((?:\\.|[^"\\\n])*)"/g).filter(({ start, text }) => {
    const key = /"([^"]+)": "$/.exec(source.slice(Math.max(0, start - 200), start))?.[1] ?? '';
    return isProse(text) && !QUERY_KEYS.includes(key);
  });
}

/** Comments, and values that are prose; a folded or literal value is so line by line. */
function fromYaml(source: string): Fragment[] {
  const withoutQueries = source.replace(/^( *)(?:- )?(?:expr|query|record):.*\n(?:\1 {2,}.*\n|\n)*/gm, blank);
  return matches(withoutQueries, /^[ \t]*(?:- )?(?:[\w.-]+: ?)?(.*)$/gm).filter(({ text }) => isProse(text));
}

/** The first group of each match. */
function matches(source: string, pattern: RegExp): Fragment[] {
  return [...source.matchAll(pattern)].map((match) => {
    const text = match[1] ?? '';
    const start = match.index + match[0].lastIndexOf(text);
    return { kind: 'text', start, end: start + text.length, text };
  });
}

const nameAt = (name: string, start: number): Fragment => ({
  ...{ kind: 'name', start, end: start + name.length },
  text: wordsOf(name),
});

/** As many spaces, and the same line ends: positions stay. */
const blank = (text: string) => text.replace(/[^\n]/g, ' ');
