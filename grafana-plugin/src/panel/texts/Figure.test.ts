import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Figure } from './Figure.tsx';
import { plainFormatters } from './formatters.fixture.ts';

const render = (value: number | undefined, mark?: string) => {
  const format = plainFormatters({ mark: () => mark, noText: () => 'n/a' });
  return renderToStaticMarkup(createElement(Figure, { of: 'opened', value, format }));
};

test('a value is formatted, a missing one replaced', () => {
  expect(render(7)).toBe('7');
  expect(render(undefined)).toBe('n/a');
});

test('the colour of a value is a dot beside it, hidden from screen readers', () => {
  expect(render(7, 'rgb(255, 0, 0)')).toMatch(
    /^<span class="[^"]+" style="background:rgb\(255, 0, 0\)" aria-hidden="true"><\/span>7$/,
  );
});
