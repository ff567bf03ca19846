// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are templates of the user’s.
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

it('is nothing where a part of it is not known', () => {
  expect(fill('db-${unit}')).toBeUndefined();
});

it('fills in text as it is, whatever it looks like', () => {
  expect(fill('$1', { 1: '$2 ${unit} $$' })).toBe('$2 ${unit} $$');
});

it('tells the names it uses', () => {
  expect(namesOf(parseTemplate('$1 ${unit} $$3 ${12}'))).toEqual(['1', 'unit', '12']);
});

describe('a dollar that stands for nothing is an error', () => {
  it.each(['$', 'a$', '$a', '${', '${}', '${a', '${a-b}', '$$$'])('%s', (template) => {
    expect(() => parseTemplate(template)).toThrow('has a "$" that is neither $1, ${name} nor $$');
  });
});

it('keeps any text whose dollars are doubled', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', '1', 'a', '\n', '😀') }), (text) => {
      expect(fill(text.replaceAll('$', '$$$$'))).toBe(text);
    }),
  );
});
