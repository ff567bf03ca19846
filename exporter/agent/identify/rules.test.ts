// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are templates of the user’s.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseRules } from './rules.ts';

it('takes a list of rules', () => {
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

it('takes those that the documentation shows', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/naming.md'), 'utf8');
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const { rules } = parse(example);
  expect(parseRules(rules)).toHaveLength(4);
});

it('may be an empty list', () => expect(parseRules([])).toEqual([]));

const rule = (match: unknown, service: unknown = 'x', more = {}) => ({ match, service, ...more });

describe('what is wrong is told with the rule and the key', () => {
  it.each<[unknown, string]>([
    ['nginx', 'rules: expected a list'],
    [{ match: {} }, 'rules: expected a list'],
    [null, 'rules: expected a list'],
    [['nginx'], 'rule 1: not a mapping of match, service, site, relay'],
    [[null], 'rule 1: not a mapping of match, service, site, relay'],
    [[rule({ user: 'a' }), { match: { user: 'a' } }], 'rule 2: service: empty'],
    [[rule({ user: 'a' }, ' ')], 'rule 1: service: empty'],
    [[rule({ user: 'a' }, ['x'])], 'rule 1: service: not text'],
    [[rule({ user: 'a' }, 'x', { site: '' })], 'rule 1: site: empty'],
    [[rule({ user: 'a' }, 'x', { relay: '' })], 'rule 1: relay: empty'],
    [[rule({ user: 'a' }, 'x', { relay: '$1' })], 'rule 1: relay: there is no group $1'],
    [
      [rule({ user: 'a' }, 'x', { relay: '10.0.0.5' })],
      'rule 1: relay: invalid value "10.0.0.5" (expected a target such as 10.0.0.5:5432 or 10.0.0.5:53/udp)',
    ],
    [
      [rule({ user: 'a' }, 'x', { name: 'y' })],
      'rule 1: unknown key "name"; there are match, service, site, relay',
    ],
    [[{ service: 'x' }], 'rule 1: match: not a mapping of executable, command, unit, container, user, port'],
    [
      [rule({ comand: 'a' })],
      'rule 1: match: unknown key "comand"; there are executable, command, unit, container, user, port',
    ],
    [[rule({})], 'rule 1: match: empty; one of executable, command, unit, container, user, port is needed'],
    [[rule({ command: ['a'] })], 'rule 1: match.command: not text'],
    [[rule({ port: '80' })], 'rule 1: match.port: invalid value "80" (expected a port from 1 to 65535)'],
    [[rule({ port: 0 })], 'rule 1: match.port: invalid value 0 (expected a port from 1 to 65535)'],
    [[rule({ port: 80.5 })], 'rule 1: match.port: invalid value 80.5 (expected a port from 1 to 65535)'],
    [[rule({ unit: 'a' }, '$1')], 'rule 1: service: there is no group $1'],
    [[rule({ unit: '(a)' }, '$0')], 'rule 1: service: there is no group $0'],
    [[rule({ unit: '(a)' }, '$2')], 'rule 1: service: there is no group $2'],
    [
      [rule({ unit: '(?<a>a)' }, '${b}')],
      'rule 1: service: no group is called "b", nor is it one of executable, process, unit, container, user, port',
    ],
    [[rule({ unit: '(a)' }, '$1', { site: '$2' })], 'rule 1: site: there is no group $2'],
    [
      [rule({ unit: '(a)', user: '(b)' }, '$1')],
      'rule 1: service: $1 is not clear where several patterns have groups; name them: (?<name>…)',
    ],
    [[rule({ unit: '(?<n>a)', user: '(?<n>b)' })], 'rule 1: match: group name "n" is taken'],
    [[rule({ unit: '(?<user>a)' })], 'rule 1: match: group name "user" is taken'],
    [[rule({ unit: 'a' }, '$x')], 'rule 1: service: has a "$" that is neither $1, ${name} nor $$'],
  ])('%j', (value, message) => {
    expect(() => parseRules(value)).toThrow(new Error(message));
  });

  it.each(['(', ')', 'a)(b', '[', '*', '\\', '(?<a', 'a)|(b'])('the pattern %s', (pattern) => {
    expect(() => parseRules([rule({ unit: pattern })])).toThrow(
      /^rule 1: match\.unit: Invalid regular expression/,
    );
  });
});

it('is rules or an error that names the place, whatever it is given', () => {
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
