import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse-config.ts';
import { UsageError } from './usage-error.ts';

const KNOWN = ['interval', 'host-name', 'config'];
const parse = (text: string) => Object.fromEntries(parseConfig(text, 'musubi.yaml', KNOWN));

it('returns the text and the line of each setting', () => {
  expect(parse('interval: 5s\n\n# where\nhost-name: "a b"\n')).toEqual({
    interval: { text: '5s', line: 1 },
    'host-name': { text: 'a b', line: 4 },
  });
});

it('returns lists with the lines of their entries', () => {
  const text = 'host-name: a\nrules:\n  - { a: 1 }\n\n  - &b\n    c: [x]\n  - *b\n';
  const { rules } = Object.fromEntries(parseConfig(text, 'musubi.yaml', [...KNOWN, 'rules'], ['rules']));
  expect(rules).toMatchObject({
    line: 2,
    list: { value: [{ a: 1 }, { c: ['x'] }, { c: ['x'] }], lines: [3, 6, 7] },
  });
});

it('rejects excessive references', () => {
  const level = (i: number) =>
    `  - &a${i} [${
      i === 0
        ? 'x'
        : Array(9)
            .fill(`*a${i - 1}`)
            .join(', ')
    }]\n`;
  const text = `rules:\n${Array.from({ length: 9 }, (_, i) => level(i)).join('')}`;
  expect(() => parseConfig(text, 'musubi.yaml', ['rules'], ['rules'])).toThrow(
    new UsageError('musubi.yaml:1: rules: Excessive alias count indicates a resource exhaustion attack'),
  );
});

it.each(['', '\n', '# nothing\n', '---\n', '{}'])('finds no setting in %j', (text) => {
  expect(parse(text)).toEqual({});
});

it.each(['007', '0x10', '1e3', '1.0', '12345678901234567890', 'true', 'no', '2026-01-01'])(
  'takes %s as it is written, though YAML means something else by it',
  (value) => {
    expect(parse(`host-name: ${value}`)['host-name']?.text).toBe(value);
  },
);

describe('rejects, with file and line,', () => {
  it.each([
    ['an unknown key', 'interval: 5s\nspeed: 5\n', 'musubi.yaml:2: unknown key "speed"'],
    ['a key given twice', 'interval: 5s\ninterval: 6s\n', 'musubi.yaml:2: Map keys must be unique: interval'],
    ['a list', 'interval: [5s]', 'musubi.yaml:1: interval: ["5s"] is not a single value'],
    ['a mapping', 'interval:\n  a: 5s\n', 'musubi.yaml:1: interval: {"a":"5s"} is not a single value'],
    ['nothing', 'interval:\n', 'musubi.yaml:1: interval: null is not a single value'],
    ['a reference', 'interval: &a 5s\nhost-name: *a\n', 'musubi.yaml:2: host-name: '],
    ['two documents', 'interval: 5s\n---\ninterval: 6s\n', 'musubi.yaml:2: '],
    ['no mapping', '- interval\n', 'musubi.yaml: not a YAML mapping of settings'],
    ['plain text', 'interval 5s', 'musubi.yaml: not a YAML mapping of settings'],
    ['no YAML', 'interval: 5s\nhost-name: "a\n', 'musubi.yaml:'],
    ['a tab', 'a:\n\tinterval: 5s\n', 'musubi.yaml:2: '],
    ['__proto__', '__proto__: 5s', 'musubi.yaml:1: unknown key "__proto__"'],
  ])('%s', (_title, text, message) => {
    expect(() => parse(text)).toThrow(UsageError);
    expect(() => parse(text)).toThrow(message);
  });
});

it('returns settings or a usage error for any text', () => {
  const part = fc.constantFrom(
    'interval',
    ': ',
    '\n',
    ' ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '&a ',
    '*a',
    '"',
    "'",
    '|',
    '!!x ',
    '? ',
    ',',
    '#',
    '5s',
    '\t',
    '%',
    '---\n',
    '<<: ',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      try {
        parse(parts.join(''));
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
    { numRuns: 500 },
  );
});
