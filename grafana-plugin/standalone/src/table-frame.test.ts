import { expect, test } from 'vitest';
import { toTableFrame } from './table-frame.ts';

test('returns the time, a column per label with "" for absent ones, and the value', () => {
  const frame = toTableFrame('opened', 'Value #opened', [
    { metric: { b: '1', a: 'x' }, value: [1700000000.5, '3'] },
    { metric: { b: '2' }, value: [1700000000.5, '+Inf'] },
  ]);
  expect(frame.fields.map(({ name, type, values }) => [name, type, values])).toEqual([
    ['Time', 'time', [1700000000500, 1700000000500]],
    ['a', 'string', ['x', '']],
    ['b', 'string', ['1', '2']],
    ['Value #opened', 'number', [3, Infinity]],
  ]);
  expect(frame).toMatchObject({ refId: 'opened', length: 2 });
});

test('an empty result is a frame without fields', () => {
  expect(toTableFrame('opened', 'Value', [])).toMatchObject({ refId: 'opened', fields: [], length: 0 });
});
