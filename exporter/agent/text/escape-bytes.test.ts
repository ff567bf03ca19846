import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeBytes } from './escape-bytes.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** Text of any characters except lone surrogates. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff })))
  .map((codes) => String.fromCodePoint(...codes));

it('leaves valid UTF-8 unchanged', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(escapeBytes(encode(text))).toBe(text);
    }),
  );
  expect(escapeBytes(encode('\ufeffbom, 結び 🪢'))).toBe('\ufeffbom, 結び 🪢');
});

/** Bytes that often start, continue or break a character. */
const nasty = fc.constantFrom(0x00, 0x41, 0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xa0, 0xf0, 0x9f, 0xf4, 0xff);

it('converts any bytes to UTF-8 without loss', () => {
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.array(nasty).map((values) => Uint8Array.from(values)),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      const text = escapeBytes(input);
      expect(text.isWellFormed()).toBe(true);
      // No valid character is ever escaped, so that undoing the escapes of bytes >= 0x80 restores the input.
      fc.pre(!Buffer.from(input).includes('\\x'));
      const restored = Buffer.concat(
        text
          .split(/(\\x[0-9a-f]{2})/)
          .map((part, at) => (at % 2 === 1 ? Buffer.from(part.slice(2), 'hex') : Buffer.from(part))),
      );
      expect(restored).toEqual(Buffer.from(input));
    }),
    { numRuns: 500 },
  );
});

it.each([
  [[0x61, 0xff, 0x62], 'a\\xffb'],
  [[0xe2, 0x82], '\\xe2\\x82'],
  [[0xe2, 0x82, 0xac, 0xff], '€\\xff'],
  [[0xc0, 0xaf], '\\xc0\\xaf'],
  [[0xed, 0xa0, 0x80], '\\xed\\xa0\\x80'],
  [[], ''],
])('escapes invalid bytes: %j', (bytes, text) => {
  expect(escapeBytes(Uint8Array.from(bytes))).toBe(text);
});
