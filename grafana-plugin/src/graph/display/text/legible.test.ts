import { expect, test } from 'vitest';
import { legible } from './legible.ts';

test('shows characters that hide or turn text around', () => {
  expect(legible('\u202Elive-rtl')).toBe('\uFFFDlive-rtl');
  expect(legible('a\nb\u0000c\u200B')).toBe('a\uFFFDb\uFFFDc\uFFFD');
});

test('leaves names of any script alone, joined emoji included', () => {
  const joined = '\u{1F469}\u200D\u{1F467}';
  for (const name of ['api', '支付服务', joined]) expect(legible(name)).toBe(name);
});

test('keeps a name written from right to left from turning what stands beside it', () => {
  expect(legible('שירות')).toBe('\u2068שירות\u2069');
});
