import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMatrix, parseTexts, parseVector } from './result.ts';

const vector = (...result: unknown[]) => ({ resultType: 'vector', result });
const matrix = (...result: unknown[]) => ({ resultType: 'matrix', result });
const metric = { job: 'a' };

it.each([
  ['1.5', 1.5],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
  ['1.7e+09', 1.7e9],
])('reads the number %s', (text, value) => {
  expect(parseVector(vector({ metric, value: [1, text] }))).toEqual([{ labels: metric, value }]);
});

it('reads samples', () => {
  const data = matrix({
    metric,
    values: [
      [1.5, '2'],
      [3, '4'],
    ],
  });
  expect(parseMatrix(data)).toEqual([
    {
      labels: metric,
      points: [
        [1.5, 2],
        [3, 4],
      ],
    },
  ]);
});

it('skips native histograms', () => {
  expect(parseVector(vector({ metric, histogram: [1, {}] }))).toEqual([]);
  expect(parseMatrix(matrix({ metric, histograms: [[1, {}]] }))).toEqual([]);
});

describe('anything else is undefined', () => {
  it.each([
    undefined,
    null,
    'text',
    [],
    {},
    { resultType: 'scalar', result: [1, '2'] },
    { resultType: 'vector', result: {} },
    vector(null),
    vector({ metric }),
    vector({ metric, value: [1, 2] }),
    vector({ metric, value: ['1', '2'] }),
    vector({ metric, value: '1' }),
    vector({ metric: { job: 1 }, value: [1, '2'] }),
    vector({ value: [1, '2'] }),
  ])('%j', (data) => {
    expect(parseVector(data)).toBeUndefined();
    expect(parseMatrix(data)).toBeUndefined();
  });

  it('for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const data of [value, vector(value), matrix(value)]) {
          for (const parse of [parseVector, parseMatrix, parseTexts]) {
            const parsed = parse(data);
            expect(parsed === undefined || Array.isArray(parsed)).toBe(true);
          }
        }
      }),
    );
  });
});

it('reads lists of strings', () => {
  expect(parseTexts(['a', ''])).toEqual(['a', '']);
  for (const data of [undefined, {}, 'a', [1]]) expect(parseTexts(data)).toBeUndefined();
});
