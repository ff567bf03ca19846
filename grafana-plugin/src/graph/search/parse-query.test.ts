import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery } from './parse-query.ts';

describe('a query that cannot be understood tells where and why', () => {
  test.each([
    ['servce:api', 0, 'no field `servce`'],
    ['api service:', 12, 'asks for is missing'],
    ['failed>many', 7, 'not a number'],
    ['rtt>5kb', 4, 'with ns, us'],
    ['host>3', 0, '`host` is text'],
    ['state:odd', 6, 'one of idle, new'],
    ['say "hello', 4, 'quote has no end'],
    ['service:"api', 8, 'quote has no end'],
    ['(a b', 0, 'has no end'],
    ['a) b', 1, 'never opened'],
    ['a or', 4, 'missing'],
    ['or a', 0, 'missing'],
    ['a ()', 3, 'missing'],
  ])('%s', (query, position, message) => {
    expect(parseQuery(query)).toMatchObject({ position, message: expect.stringContaining(message) });
  });
});

test('an empty query asks for everything', () => {
  expect(parseQuery('  ')).toEqual({ type: 'all', parts: [] });
});

test('or binds less than and, which a space means; not binds most', () => {
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
])('%s is read in the unit of its field', (query, number) => {
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

test('whatever is typed gives a query or an error within it', () => {
  const pieces = ['service:', 'a', '"', '(', ')', '-', ' ', 'or', 'rtt>', '5ms', '\\', 'état', ':', '='];
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom(...pieces)).map((all) => all.join('')),
      ),
      (text) => {
        const result = parseQuery(text);
        if ('message' in result) {
          expect(result.position).toBeGreaterThanOrEqual(0);
          expect(result.position).toBeLessThanOrEqual(text.length);
        } else expect(result.type).toBeTypeOf('string');
      },
    ),
  );
});
