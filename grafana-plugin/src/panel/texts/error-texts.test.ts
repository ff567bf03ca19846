import { expect, test } from 'vitest';
import { errorText } from './error-texts.ts';

test('lists each error once, with the queries it concerns', () => {
  const errors = [
    { refId: 'a', message: 'down' },
    { refId: 'b', message: 'down' },
    { refId: 'c', message: 'parse error' },
  ];
  expect(errorText({ errors })).toBe('down (query a, b) · parse error (query c)');
});

test('accepts the older single error, and is empty without errors', () => {
  expect(errorText({ error: { message: 'timeout' } })).toBe('timeout');
  expect(errorText({ errors: [] })).toBe('');
});

test('makes invisible characters visible and separates lines', () => {
  expect(errorText({ errors: [{ message: 'bad name\n\u202Egnp.exe' }] })).toBe('bad name \uFFFDgnp.exe');
});
