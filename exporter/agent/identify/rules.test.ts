// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the user’s templates.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseRules } from './rules.ts';

it('parses a list of rules', () => {
  const rules = parseRules([
    { match: { executable: '.*/nginx', port: 80 }, service: 'web' },
    { match: { unit: 'postgresql@(?<cluster>.+)' }, service: 'db-${cluster}', site: '${user}' },
    { match: { port: 6379 }, service: 'cache' },
    { match: { user: 1000 }, service: 42 },
    { match: { command: 'relay (.+)' }, service: 'relay', relay: '$1' },
  ]);
  expect(rules).toHaveLength(5);
  expect(rules[0]).toMatchObject({ port: 80, patterns: [{ key: 'executable' }] });
  expect(rules[2]).toMatchObject({ port: 6379, patterns: [] });
});

it('parses the example in the documentation', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/naming.md'), 'utf8');
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const { rules } = parse(example);
  expect(parseRules(rules)).toHaveLength(4);
});

it('parses an empty list', () => expect(parseRules([])).toEqual([]));

const rule = (match: unknown, service: unknown = 'x', more = {}) => ({ match, service, ...more });

describe('an error names the rule and the key', () => {
  it.each<[unknown, string]>([
    ['nginx', 'rules: expected a list'],
    [{ match: {} }, 'rules: expected a list'],
    [null, 'rules: expected a list'],
    [['nginx'], 'rule 1: expected a mapping of match, service, site, relay'],
    [[null], 'rule 1: expected a mapping of match, service, site, relay'],
    [[rule({ user: 'a' }), { match: { user: 'a' } }], 'rule 2: service: empty'],
    [[rule({ user: 'a' }, ' ')], 'rule 1: service: empty'],
    [[rule({ user: 'a' }, ['x'])], 'rule 1: service: expected text'],
    [[rule({ user: 'a' }, 'x', { site: '' })], 'rule 1: site: empty'],
    [[rule({ user: 'a' }, 'x', { relay: '' })], 'rule 1: relay: empty'],
    [[rule({ user: 'a' }, 'x', { relay: '$1' })], 'rule 1: relay: no group $1 in the pattern'],
    [
      [rule({ user: 'a' }, 'x', { relay: '10.0.0.5' })],
      'rule 1: relay: invalid value "10.0.0.5" (expected a target such as 10.0.0.5:5432 or 10.0.0.5:53/udp)',
    ],
    [
      [rule({ user: 'a' }, 'x', { name: 'y' })],
      'rule 1: unknown key "name"; expected match, service, site, relay',
    ],
    [
      [{ service: 'x' }],
      'rule 1: match: expected a mapping of executable, command, unit, container, user, port',
    ],
    [
      [rule({ comand: 'a' })],
      'rule 1: match: unknown key "comand"; expected executable, command, unit, container, user, port',
    ],
    [
      [rule({})],
      'rule 1: match: empty; expected at least one of executable, command, unit, container, user, port',
    ],
    [[rule({ command: ['a'] })], 'rule 1: match.command: expected text'],
    [[rule({ port: '80' })], 'rule 1: match.port: invalid value "80" (expected a port from 1 to 65535)'],
    [[rule({ port: 0 })], 'rule 1: match.port: invalid value 0 (expected a port from 1 to 65535)'],
    [[rule({ port: 80.5 })], 'rule 1: match.port: invalid value 80.5 (expected a port from 1 to 65535)'],
    [[rule({ unit: 'a' }, '$1')], 'rule 1: service: no group $1 in the pattern'],
    [[rule({ unit: '(a)' }, '$0')], 'rule 1: service: no group $0 in the pattern'],
    [[rule({ unit: '(a)' }, '$2')], 'rule 1: service: no group $2 in the pattern'],
    [
      [rule({ unit: '(?<a>a)' }, '${b}')],
      'rule 1: service: unknown name "b"; expected a named group or executable, process, unit, container, user, port',
    ],
    [[rule({ unit: '(a)' }, '$1', { site: '$2' })], 'rule 1: site: no group $2 in the pattern'],
    [
      [rule({ unit: '(a)', user: '(b)' }, '$1')],
      'rule 1: service: $1 is ambiguous: several patterns have groups; expected named groups: (?<name>…)',
    ],
    [[rule({ unit: '(?<n>a)', user: '(?<n>b)' })], 'rule 1: match: duplicate or reserved group name "n"'],
    [[rule({ unit: '(?<user>a)' })], 'rule 1: match: duplicate or reserved group name "user"'],
    [[rule({ unit: 'a' }, '$x')], 'rule 1: service: has a "$" that is neither $1, ${name} nor $$'],
  ])('%j', (value, message) => {
    expect(() => parseRules(value)).toThrow(new Error(message));
  });

  it.each(['(', ')', 'a)(b', '[', '*', '\\', '(?<a', 'a)|(b'])('for the pattern %s', (pattern) => {
    expect(() => parseRules([rule({ unit: pattern })])).toThrow(
      /^rule 1: match\.unit: Invalid regular expression/,
    );
  });
});

it('returns rules or throws an error that names the rule, for any input', () => {
  const key = fc.constantFrom('match', 'service', 'site', 'unit', 'port', 'command', '__proto__');
  const value = fc.anything({ key, values: [fc.string(), fc.integer(), fc.constantFrom('$1', '(a)', 80)] });
  fc.assert(
    fc.property(fc.oneof(value, fc.array(fc.record({ match: value, service: value }))), (any) => {
      try {
        expect(Array.isArray(parseRules(any))).toBe(true);
      } catch (error) {
        expect((error as Error).message).toMatch(/^(?:rules|rule \d+): /);
      }
    }),
    { numRuns: 500 },
  );
});
