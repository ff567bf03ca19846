import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery } from './parse-query.ts';
import type { QueryFault } from './query.ts';

describe('an invalid query reports where and why it is invalid', () => {
  test.each<[string, number, Partial<QueryFault> & object]>([
    [
      'servce:api',
      0,
      { code: 'no-field', name: 'servce', names: expect.arrayContaining(['service', 'from']) },
    ],
    ['api service:', 12, { code: 'no-value', term: 'service:' }],
    ['failed>many', 7, { code: 'no-number', name: 'failed', text: 'many', suffixes: ['k', 'm', 'g'] }],
    ['rtt>5kb', 4, { code: 'no-number', suffixes: expect.arrayContaining(['ns', 'us']) }],
    ['host>3', 0, { code: 'no-comparison', name: 'host' }],
    ['state:odd', 6, { code: 'no-choice', choices: expect.arrayContaining(['idle', 'new']) }],
    ['see "hello', 4, { code: 'unquoted' }],
    ['service:"api', 8, { code: 'unquoted' }],
    ['(a b', 0, { code: 'unclosed' }],
    ['a) b', 1, { code: 'unopened' }],
    ['a or', 4, { code: 'nothing' }],
    ['or a', 0, { code: 'nothing' }],
    ['a ()', 3, { code: 'nothing' }],
  ])('%s', (query, position, fault) => {
    expect(parseQuery(query)).toMatchObject({ position, fault });
  });
});

test('an empty query matches everything', () => {
  expect(parseQuery('  ')).toEqual({ type: 'all', parts: [] });
});

test('a space means and, which binds tighter than or; not binds tightest', () => {
  expect(parseQuery('a -b or "or" (c or d)')).toEqual({
    type: 'any',
    parts: [
      {
        type: 'all',
        parts: [
          { type: 'word', text: 'a' },
          { type: 'not', part: { type: 'word', text: 'b' } },
        ],
      },
      {
        type: 'all',
        parts: [
          { type: 'word', text: 'or' },
          {
            type: 'any',
            parts: [
              { type: 'word', text: 'c' },
              { type: 'word', text: 'd' },
            ],
          },
        ],
      },
    ],
  });
});

test.each([
  ['rtt>5ms', 0.005],
  ['rtt>2', 2],
  ['bytes>1.5MiB', 1_572_864],
  ['bytes>10kB', 10_000],
  ['opened>10k', 10_000],
])('%s is parsed in the unit of its field', (query, number) => {
  expect(parseQuery(query)).toMatchObject({
    type: 'number',
    comparison: '>',
    number: expect.closeTo(number),
  });
});

test('addresses, names with dashes and escaped quotes are text', () => {
  expect(parseQuery('10.0.0.1:80')).toEqual({ type: 'word', text: '10.0.0.1:80' });
  expect(parseQuery('fe80::1')).toEqual({ type: 'word', text: 'fe80::1' });
  expect(parseQuery('check-out')).toEqual({ type: 'word', text: 'check-out' });
  expect(parseQuery('"a \\"b\\" c"')).toEqual({ type: 'word', text: 'a "b" c' });
});

test('any text is a query, or an error at an offset within it', () => {
  const pieces = ['service:', 'a', '"', '(', ')', '-', ' ', 'or', 'rtt>', '5ms', '\\', 'état', ':', '='];
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom(...pieces)).map((all) => all.join('')),
      ),
      (text) => {
        const result = parseQuery(text);
        if ('fault' in result) {
          expect(result.position).toBeGreaterThanOrEqual(0);
          expect(result.position).toBeLessThanOrEqual(text.length);
        } else expect(result.type).toBeTypeOf('string');
      },
    ),
  );
});
