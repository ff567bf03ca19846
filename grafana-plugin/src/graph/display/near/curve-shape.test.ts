import { expect, test } from 'vitest';
import { dashesOf } from './curve-shape.ts';

test('a line is solid, dashed or dotted if both endpoints, one or none reported the edge', () => {
  const lines = (['both', 'source', 'destination', 'none'] as const).map((seenBy) =>
    dashesOf({ seenBy, states: ['alerting'] }).join(' '),
  );
  expect(lines).toEqual(['', '6 4', '6 4', '1.5 5']);
  for (const state of ['vanished', 'missing'] as const)
    expect(dashesOf({ seenBy: 'both', states: [state] })).toEqual([1.5, 5]);
});
