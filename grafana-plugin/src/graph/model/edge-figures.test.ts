import { expect, test } from 'vitest';
import { figureOf } from './edge-figures.ts';

test('bytes are the sum of both directions', () => {
  expect(figureOf({ figures: { transmit: 3, receive: 4 } }, 'bytes')).toBe(7);
  expect(figureOf({ figures: {} }, 'bytes')).toBeUndefined();
});

test('the failure share is the ratio of failed to all connection attempts', () => {
  expect(figureOf({ figures: { opened: 9, failed: 1 } }, 'failureShare')).toBe(0.1);
  expect(figureOf({ figures: { failed: 2 } }, 'failureShare')).toBe(1);
  expect(figureOf({ figures: { opened: 5, failed: 0 } }, 'failureShare')).toBe(0);
});

test('the failure share is unknown without a query for failures, or without attempts', () => {
  expect(figureOf({ figures: { opened: 5 } }, 'failureShare')).toBeUndefined();
  expect(figureOf({ figures: { opened: 0, failed: 0 } }, 'failureShare')).toBeUndefined();
});
