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

it('writes one JSON object a line', () => {
  let line = '';
  const log = createLog((text) => (line += text), { format: 'json' });
  log.error('x "y"\n', { count: 3, on: true });
  expect(line).toBe('{"level":"error","msg":"x \\"y\\"\\n","count":3,"on":true}\n');
});

it('leaves out lines below the lowest level', () => {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line), { level: 'warn' });
  log.info('a');
  log.warn('b');
  log.error('c');
  expect(lines).toEqual(['level=warn msg=b\n', 'level=error msg=c\n']);
});

it('counts the lines that cannot be written, and logs their number once', () => {
  const lines: string[] = [];
  let isFull = true;
  const log = createLog((line) => !isFull && lines.push(line) > 0);
  log.info('a');
  log.info('b');
  expect(log.lost).toBe(2);
  isFull = false;
  log.info('c');
  log.info('d');
  expect(lines).toEqual([
    'level=warn msg="log lines were lost because they could not be written" lines=2\n',
    'level=info msg=c\n',
    'level=info msg=d\n',
  ]);
  expect(log.lost).toBe(2);
});
