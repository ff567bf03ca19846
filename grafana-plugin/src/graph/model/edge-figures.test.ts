import { expect, test } from 'vitest';
import { figureOf } from './edge-figures.ts';

test('all bytes are those of both ways', () => {
  expect(figureOf({ figures: { transmit: 3, receive: 4 } }, 'bytes')).toBe(7);
  expect(figureOf({ figures: {} }, 'bytes')).toBeUndefined();
});

test('the share of failures is of all that was tried', () => {
  expect(figureOf({ figures: { opened: 9, failed: 1 } }, 'failureShare')).toBe(0.1);
  expect(figureOf({ figures: { failed: 2 } }, 'failureShare')).toBe(1);
  expect(figureOf({ figures: { opened: 5, failed: 0 } }, 'failureShare')).toBe(0);
});

test('where failures were not asked for, or nothing was tried, no share is told', () => {
  expect(figureOf({ figures: { opened: 5 } }, 'failureShare')).toBeUndefined();
  expect(figureOf({ figures: { opened: 0, failed: 0 } }, 'failureShare')).toBeUndefined();
});
