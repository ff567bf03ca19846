import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selector } from './selector.ts';

it.each([
  [{}, 'up'],
  [{ job: 'musubi' }, 'up{job="musubi"}'],
  [{ job: ['a'], dst_port: '80' }, 'up{job="a",dst_port="80"}'],
  [{ job: ['a', 'b.c', 'd|e'] }, 'up{job=~"a|b\\\\.c|d\\\\|e"}'],
  [{ job: 'say "hi"\\n\n{}' }, 'up{job="say \\"hi\\"\\\\n\\n{}"}'],
  [{ job: 'x\0\u001b' }, 'up{job="x\\u0000\\u001b"}'],
  [{ job: '\ud800' }, 'up{job="\ufffd"}'],
] as const)('%j is %s', (matchers, text) => {
  expect(selector('up', matchers)).toBe(text);
});

/** Reads what `selector` wrote as PromQL's own scanner does (Prometheus, promql/parser/lex.go, strutil/quote.go). */
function readSelector(text: string): {
  name: string;
  pairs: [label: string, operator: string, value: string][];
} {
  const [, name = '', inner] = /^([a-z:_]+)(?:\{(.*)\})?$/s.exec(text) ?? expect.fail(text);
  const pairs: [string, string, string][] = [];
  let rest = inner ?? '';
  while (rest !== '') {
    const [whole, label = '', operator = '', quoted = ''] =
      /^([a-z_]+)(=~|=)"((?:[^"\\\n]|\\.)*)"(?:,|$)/.exec(rest) ?? expect.fail(rest);
    pairs.push([label, operator, unquote(quoted)]);
    rest = rest.slice(whole.length);
  }
  return { name, pairs };
}

function unquote(text: string): string {
  return text.replace(/\\(u[0-9a-f]{4}|.)/g, (_, escaped: string) => {
    if (escaped.startsWith('u')) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    const plain = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }[escaped];
    return plain ?? expect.fail(`\\${escaped}`);
  });
}

const hostile = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 0xd7ff })).map((codes) => String.fromCharCode(...codes)),
  fc
    .array(fc.constantFrom('"', '\\', '\n', '{', '}', '|', '.*', '=~', ',', '$', '^', '\0', 'a'))
    .map((parts) => parts.join('')),
);

describe('for any text', () => {
  it('a single value is matched exactly', () => {
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        const { name, pairs } = readSelector(selector('up', { job: one, instance: other }));
        expect(name).toBe('up');
        expect(pairs).toEqual([
          ['job', '=', one],
          ['instance', '=', other],
        ]);
      }),
    );
  });

  it('several values are matched exactly, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(hostile, { minLength: 2, maxLength: 5 }),
        hostile,
        ([first = '', ...others], other) => {
          const values = [first, ...others] as const;
          const [[label, operator, pattern] = expect.fail()] = readSelector(
            selector('up', { job: values }),
          ).pairs;
          expect([label, operator]).toEqual(['job', '=~']);
          // Prometheus anchors its patterns; what is escaped is so in JavaScript as in RE2.
          const matches = new RegExp(`^(?:${pattern})$`, 'su');
          for (const value of values) expect(value).toMatch(matches);
          expect(matches.test(other)).toBe(values.includes(other));
        },
      ),
    );
  });
});
