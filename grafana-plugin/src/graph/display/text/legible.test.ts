import { expect, test } from 'vitest';
import { legible } from './legible.ts';

test('replaces characters that hide text or change its direction', () => {
  expect(legible('\u202Elive-rtl')).toBe('\uFFFDlive-rtl');
  expect(legible('a\nb\u0000c\u200B')).toBe('a\uFFFDb\uFFFDc\uFFFD');
});

test('keeps names in any script, including joined emoji', () => {
  const joined = '\u{1F469}\u200D\u{1F467}';
  for (const name of ['api', '支付服务', joined]) expect(legible(name)).toBe(name);
});

test('isolates a right-to-left name from the text beside it', () => {
  expect(legible('שירות')).toBe('\u2068שירות\u2069');
});
