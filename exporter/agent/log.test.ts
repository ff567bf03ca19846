import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLog } from './log.ts';

function lineOf(message: string, fields?: Record<string, string | number | boolean>): string {
  let line = '';
  createLog((text) => {
    line += text;
  }).warn(message, fields);
  return line;
}

it('writes logfmt', () => {
  expect(lineOf('agent started', { capture: 'procfs', count: 3, on: true })).toBe(
    'level=warn msg="agent started" capture=procfs count=3 on=true\n',
  );
  expect(lineOf('x', { empty: '', quoted: 'a"b', equals: 'a=b' })).toBe(
    'level=warn msg=x empty="" quoted="a\\"b" equals="a=b"\n',
  );
});

it('keeps any text to one line, without control characters', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0x7e })), (codes) => {
      const text = String.fromCharCode(...codes);
      const line = lineOf(text, { text });
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(line.slice(0, -1)).not.toMatch(/\p{Cc}/u);
    }),
  );
});
