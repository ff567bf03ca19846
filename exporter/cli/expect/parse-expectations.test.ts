import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../config/usage-error.ts';
import { parseExpectations } from './parse-expectations.ts';

const FILE = `version: 1
expect:
  # the shop
  - source: web
    destination: 007
    port: 8080
    max_gap: 5m
    why: orders
  - source: agent
    source_site: fra
    destination: /run/db.sock
    destination_site: fra
    transport: unix
    max_gap: never
allow:
  - destination: internet
    port: 443
  - source: 'test-.*'
`;

const parse = (text: string) => parseExpectations(text, 'edges.yaml');

it('reads expected and allowed edges', () => {
  const { expected, allowed } = parse(FILE);
  expect(expected).toEqual([
    { src: { name: 'web' }, dst: { name: '007' }, port: 8080, transport: 'tcp', maxGap: 300 },
    {
      src: { name: 'agent', site: 'fra' },
      dst: { name: '/run/db.sock', site: 'fra' },
      transport: 'unix',
      maxGap: Number.POSITIVE_INFINITY,
    },
  ]);
  expect(allowed).toEqual([
    { source: '.*', destination: 'internet', port: '443' },
    { source: 'test-.*', destination: '.*', port: '.*' },
  ]);
});

it.each(['version: 1', 'version: 1\nexpect:\nallow: []\n'])('%j expects nothing', (text) => {
  expect(parse(text)).toMatchObject({ expected: [], allowed: [] });
});

const entry = (line: string) => `version: 1
expect:
  - source: web
    destination: db
    max_gap: 5m
  - source: api
    destination: db
    ${line}
`;

describe('names file, line and entry of', () => {
  it.each([
    ['an empty file', '', ':1: expected a YAML mapping with the keys version, expect and allow'],
    ['other text', 'hello\n', ':1: expected a YAML mapping'],
    ['no YAML', 'version: 1\nexpect: [\n', /^edges.yaml:\d+: \w/],
    ['no version', 'expect: []\n', ':1: invalid value for version: none (expected 1)'],
    ['another version', 'allow: []\nversion: 2\n', ':2: invalid value for version: "2" (expected 1)'],
    ['an unknown key', 'version: 1\nexpects: []\n', ':2: unknown key "expects"'],
    ['a list that is none', 'version: 1\nexpect: web\n', ':2: expect: expected a list'],
    [
      'an entry that is none',
      'version: 1\nallow:\n  - web\n',
      ':3: allow[1]: expected a mapping with the keys',
    ],
    ['an unknown key of an entry', entry('dest: x'), ':8: expect[2]: unknown key "dest"'],
    ['a key given twice', entry('source: x'), ':8: Map keys must be unique'],
    ['port 0', entry('{port: 0}'), /^edges.yaml:8: /],
    [
      'a port out of range',
      entry('port: 99999\n    max_gap: 1h'),
      ':6: expect[2]: port: invalid value "99999" (expected a port from 1 to 65535, or many)',
    ],
    [
      'a port of zero',
      entry('port: 0\n    max_gap: 1h'),
      ':6: expect[2]: port: invalid value "0" (expected a port',
    ],
    [
      'a negative gap',
      entry('max_gap: -5m'),
      ':6: expect[2]: max_gap: invalid value "-5m" (expected a duration such as 5s',
    ],
    ['no gap', entry('port: 80'), ':6: expect[2]: missing key max_gap'],
    ['an empty value', entry('max_gap:'), ':8: expect[2]: max_gap: expected a single value'],
    ['a list for a value', entry('max_gap: [1h]'), ':8: expect[2]: max_gap: expected a single value'],
    [
      'another transport',
      entry('max_gap: 1h\n    transport: sctp'),
      ':6: expect[2]: transport: invalid value "sctp" (expected one of tcp',
    ],
    [
      'a Unix socket with a port',
      entry('max_gap: 1h\n    transport: unix\n    port: 3'),
      ':6: expect[2]: port: not valid with transport unix',
    ],
    [
      'an entry given twice',
      entry('max_gap: 1h\n  - {source: web, destination: db, max_gap: 2h}'),
      ':9: expect[3]: duplicate of expect[1]: web ─▶ db tcp',
    ],
    [
      'a broken expression',
      "version: 1\nallow:\n  - source: 'a('\n",
      ':3: allow[1]: source: invalid value "a(" (expected a regular expression',
    ],
    ['an expression that looks ahead', "version: 1\nallow:\n  - port: '(?!22)'\n", ':3: allow[1]: port: '],
    [
      'half a character',
      entry('max_gap: 1h\n    source_site: "\\ud800"'),
      /:6: expect\[2\]: source_site: invalid value ".*" \(expected Unicode text/,
    ],
  ])('%s', (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(UsageError);
  });
});

it.each([
  '\\u0041',
  '\\cA',
  'a[]',
  'a[^]',
  '[a\\b]',
  '\\p{Letter}',
  '\\P{Script=Greek}',
  '\\p{LC}',
  'a{1001}',
  'a{2,1001}',
])('rejects %j, which JavaScript accepts and Prometheus does not', (pattern) => {
  expect(() => parse(`version: 1\nallow:\n  - source: '${pattern}'\n`)).toThrow(
    `:3: allow[1]: source: invalid value ${JSON.stringify(pattern)} (expected RE2 syntax: unsupported escape, class or count)`,
  );
});

it.each([
  '\\p{Lu}\\P{L}',
  '[\\]a]\\[\\]',
  '\\[a\\b',
  'a{2,999}',
  '\\\\u1\\\\1',
  '\\bx\\b',
  '(?i:x)',
  '[^a-z]',
])('accepts %j, which both read alike', (pattern) => {
  const { allowed } = parse(`version: 1\nallow:\n  - source: '${pattern}'\n`);
  expect(allowed[0]?.source).toBe(pattern);
});

it('returns expectations or a usage error for any text', () => {
  const line = fc.constantFrom(
    ...FILE.split('\n'),
    '- x',
    '&a [*a]',
    '? {}',
    '\t',
    '"',
    '<<: *a',
    '--- !!set',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
      try {
        parse(lines.join('\n'));
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).toMatch(/^edges\.yaml:\d+: /);
      }
    }),
  );
});
