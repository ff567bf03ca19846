import { expect, test } from 'vitest';
import { toSeriesFrames } from './series-frames.ts';

test('returns a frame for each series, with its times and values', () => {
  const [frame, ...others] = toSeriesFrames('opened', [
    {
      metric: { a: 'x' },
      values: [
        [1700000000, '3'],
        [1700000060, 'NaN'],
      ],
    },
  ]);
  expect(others).toEqual([]);
  expect(frame).toMatchObject({ refId: 'opened', length: 2 });
  expect(frame?.fields.map(({ name, type, labels, values }) => [name, type, labels, values])).toEqual([
    ['Time', 'time', undefined, [1700000000000, 1700000060000]],
    ['Value', 'number', { a: 'x' }, [3, Number.NaN]],
  ]);
});
