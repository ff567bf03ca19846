// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the user’s templates.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillTemplate, namesOf, parseTemplate } from './template.ts';

const fill = (template: string, values: Record<string, string> = {}) =>
  fillTemplate(parseTemplate(template), (name) => values[name]);

it.each([
  ['shop', 'shop'],
  ['$1', 'a'],
  ['$1-${2}', 'a-b'],
  ['${1}1', 'a1'],
  ['db/${unit}', 'db/main'],
  ['$$1', '$1'],
  ['$$${unit}$$', '$main$'],
  ['a${empty}b', 'ab'],
])('%s is filled to %s', (template, text) => {
  expect(fill(template, { 1: 'a', 2: 'b', unit: 'main', empty: '' })).toBe(text);
});

it('is undefined if a value is unknown', () => {
  expect(fill('db-${unit}')).toBeUndefined();
});

it('inserts values unchanged, even if they look like templates', () => {
  expect(fill('$1', { 1: '$2 ${unit} $$' })).toBe('$2 ${unit} $$');
});

it('lists the names that it uses', () => {
  expect(namesOf(parseTemplate('$1 ${unit} $$3 ${12}'))).toEqual(['1', 'unit', '12']);
});

describe('rejects a dollar without a name', () => {
  it.each(['$', 'a$', '$a', '${', '${}', '${a', '${a-b}', '$$$'])('%s', (template) => {
    expect(() => parseTemplate(template)).toThrow('has a "$" that is neither $1, ${name} nor $$');
  });
});

it('keeps any text with doubled dollars', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', '1', 'a', '\n', '😀') }), (text) => {
      expect(fill(text.replaceAll('$', '$$$$'))).toBe(text);
    }),
  );
});
