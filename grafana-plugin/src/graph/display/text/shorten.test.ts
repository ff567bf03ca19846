import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shorten } from './shorten.ts';

const measure = (text: string) => [...text].length;

test('keeps a text that fits, and else its start and its last characters', () => {
  expect(shorten('checkout', 8, measure)).toBe('checkout');
  expect(shorten('checkout-service-2', 10, measure)).toBe('checko…e-2');
});

test('never exceeds the width, down to the ellipsis', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 12 }), (text, width) => {
      expect(measure(shorten(text, width, measure))).toBeLessThanOrEqual(width);
    }),
  );
});
