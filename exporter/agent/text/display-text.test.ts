import fc from 'fast-check';
import { expect, it } from 'vitest';
import { displayText } from './display-text.ts';

it.each([
  ['shop', 'shop'],
  ['結び 🪢 é', '結び 🪢 é'],
  ['\u001b[31mred', '\\x1b[31mred'],
  ['\u009b2J', '\\x9b2J'],
  ['a\nb\tc\rd\0', 'a\\nb\\tc\\x0dd\\x00'],
  ['\u202egnp.exe', '\\u{202e}gnp.exe'],
  ['\u2066x\u2069', '\\u{2066}x\\u{2069}'],
  ['\u200b\ufeff', '\\u{200b}\\u{feff}'],
  ['a\u2028b', 'a\\u{2028}b'],
  ['\u{e0041}', '\\u{e0041}'],
])('%j is shown as %s', (name, shown) => {
  expect(displayText(name)).toBe(shown);
});

it('escapes every control and format character', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0x3000 })), (codes) => {
      expect(displayText(String.fromCodePoint(...codes))).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
