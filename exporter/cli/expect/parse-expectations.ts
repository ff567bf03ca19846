import { PORT_CLASSES, type Port } from '@musubi/contract/port';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { UsageError } from '../config/usage-error.ts';
import { oneOf } from '../config/values.ts';
import { edgeKey, type Service } from '../joined/edge.ts';
import {
  type AllowedEdges,
  type Expectations,
  type ExpectedEdge,
  edgeText,
  wholePattern,
} from './expectations.ts';
import { parseGap } from './gap.ts';

/** The version of the file's format. */
export const VERSION = 1;

/** The parsed file of expectations, with its YAML document for editing. */
export interface ExpectationsFile extends Expectations {
  readonly document: Document;
}

type Fields = ReadonlyMap<string, string>;

const EXPECTED_KEYS = [
  'source',
  'source_site',
  'destination',
  'destination_site',
  'port',
  'transport',
  'max_gap',
  'why',
];
const ALLOWED_KEYS = ['source', 'destination', 'port', 'why'];

/**
 * Parses the YAML of `musubi expect`; `path` is for messages. Throws `UsageError` with the line, the entry and the
 * key of what is wrong.
 */
export function parseExpectations(text: string, path: string): ExpectationsFile {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const lineOf = (node: unknown) => (isNode(node) && node.range ? counter.linePos(node.range[0]).line : 1);
  const fail = (node: unknown, message: string, cause?: unknown): never => {
    throw new UsageError(`${path}:${lineOf(node)}: ${message}`, { cause });
  };

  const [problem] = document.errors;
  if (problem)
    throw new UsageError(`${path}:${counter.linePos(problem.pos[0]).line}: ${firstLine(problem.message)}`);
  const root = document.contents;
  if (!isMap(root)) return fail(root, 'expected a YAML mapping with the keys version, expect and allow');
  const version = root.get('version', true);
  if (!isScalar(version) || Number(version.value) !== VERSION)
    fail(version ?? root, `invalid value for version: ${written(version)} (expected ${VERSION})`);
  for (const { key } of root.items) {
    if (!['version', 'expect', 'allow'].includes(`${key}`))
      fail(key, `unknown key ${JSON.stringify(`${key}`)}`);
  }

  /** The entries of a list; `parse` throws what is wrong with the fields of one. */
  function entries<T>(
    list: 'expect' | 'allow',
    keys: readonly string[],
    parse: (fields: Fields) => T,
  ): { value: T; node: Node; name: string }[] {
    const items = root && isMap(root) ? root.get(list, true) : undefined;
    if (items === undefined || (isScalar(items) && items.value === null)) return [];
    if (!isSeq(items)) return fail(items, `${list}: expected a list`);
    return items.items.map((item, at) => {
      const name = `${list}[${at + 1}]`;
      if (!isMap(item)) return fail(item, `${name}: expected a mapping with the keys ${keys.join(', ')}`);
      const fields = new Map<string, string>();
      for (const { key, value } of item.items) {
        const known = `${key}`;
        if (!keys.includes(known)) fail(key, `${name}: unknown key ${JSON.stringify(known)}`);
        // As written: the name of a service may be 007.
        const text = isScalar(value) && value.value !== null ? (value.source ?? `${value.value}`) : undefined;
        if (text === undefined || text.trim() === '')
          fail(value ?? key, `${name}: ${known}: expected a single value`);
        else fields.set(known, text);
      }
      try {
        return { value: parse(fields), node: item, name };
      } catch (cause) {
        return fail(item, `${name}: ${(cause as Error).message}`, cause);
      }
    });
  }

  const expected = entries('expect', EXPECTED_KEYS, toExpected);
  const first = new Map<string, string>();
  for (const { value, node, name } of expected) {
    const key = edgeKey(value);
    const other = first.get(key);
    if (other) fail(node, `${name}: duplicate of ${other}: ${edgeText(value)}`);
    first.set(key, name);
  }
  const allowed = entries('allow', ALLOWED_KEYS, toAllowed);
  return {
    document,
    expected: expected.map(({ value }) => value),
    allowed: allowed.map(({ value }) => value),
  };
}

function toExpected(fields: Fields): ExpectedEdge {
  const transport = parsed(fields, 'transport', oneOf('tcp', 'udp', 'unix'), 'tcp');
  if (fields.has('port') && transport === 'unix') throw new Error('port: not valid with transport unix');
  return {
    src: toService(fields, 'source'),
    dst: toService(fields, 'destination'),
    ...(fields.has('port') && { port: parsed(fields, 'port', parseExpectedPort) }),
    transport,
    maxGap: parsed(fields, 'max_gap', parseGap),
  };
}

function toService(fields: Fields, end: 'source' | 'destination'): Service {
  const site = `${end}_site`;
  return {
    name: parsed(fields, end, parseName),
    ...(fields.has(site) && { site: parsed(fields, site, parseName) }),
  };
}

function toAllowed(fields: Fields): AllowedEdges {
  return {
    source: parsed(fields, 'source', parsePattern, '*'),
    destination: parsed(fields, 'destination', parsePattern, '*'),
    port: parsed(fields, 'port', parsePattern, '*'),
  };
}

function parsed<T>(fields: Fields, key: string, parse: (text: string) => T, preset?: string): T {
  const text = fields.get(key) ?? preset;
  if (text === undefined) throw new Error(`missing key ${key}`);
  try {
    return parse(text);
  } catch (cause) {
    throw new Error(`${key}: invalid value ${JSON.stringify(text)} (${(cause as Error).message})`, { cause });
  }
}

/** A label value of Prometheus: any text in UTF-8. */
function parseName(text: string): string {
  if (!text.isWellFormed()) throw new Error('expected Unicode text');
  return text;
}

function parseExpectedPort(text: string): Port {
  const port = Number(text);
  if (PORT_CLASSES.some((name) => name === text)) return text as Port;
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw new Error(`expected a port from 1 to 65535, or ${PORT_CLASSES.join(' or ')}`);
  return port;
}

/** Lookaround, back-references, named groups. */
const NOT_IN_RE2 = /\(\?<?[=!]|\(\?<[^=!]|\\[1-9k]/;

/** `\u0041`, `\cA`, empty classes or `\b` in one, long property names, counts of 1000 and more. */
const NOT_IN_RE2_SYNTAX = /\\[uc]|\[\^?\]|\[[^\]]*\\b|\\[pP]\{(?![A-Z][a-z]?\})|\{(\d+,)?\d{4}/;

/**
 * A regular expression that Prometheus (RE2) and this program read alike. One rule with syntax that RE2 lacks
 * (https://github.com/google/re2/wiki/Syntax) would keep Prometheus from loading all of them. `*` matches everything.
 */
function parsePattern(text: string): string {
  if (text === '*') return '.*';
  const unescaped = parseName(text).replaceAll(/\\[\\[\]]/g, 'x');
  if (NOT_IN_RE2.test(unescaped))
    throw new Error('expected RE2 syntax: no lookaround, back-reference or named group');
  if (NOT_IN_RE2_SYNTAX.test(unescaped))
    throw new Error('expected RE2 syntax: unsupported escape, class or count');
  try {
    wholePattern(text);
  } catch (cause) {
    throw new Error('expected a regular expression', { cause });
  }
  return text;
}

function written(node: unknown): string {
  return isScalar(node) ? JSON.stringify(node.source ?? node.value) : node === undefined ? 'none' : 'a list';
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
