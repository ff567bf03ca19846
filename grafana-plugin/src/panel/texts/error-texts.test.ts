import { expect, test } from 'vitest';
import { errorText } from './error-texts.ts';

test('says each error once, with the queries it concerns', () => {
  const errors = [
    { refId: 'a', message: 'down' },
    { refId: 'b', message: 'down' },
    { refId: 'c', message: 'parse error' },
  ];
  expect(errorText({ errors })).toBe('down (query a, b) · parse error (query c)');
});

test('takes the older single error, and says nothing when there is none', () => {
  expect(errorText({ error: { message: 'timeout' } })).toBe('timeout');
  expect(errorText({ errors: [] })).toBe('');
});

test('shows what hides in a message, and keeps its lines apart', () => {
  expect(errorText({ errors: [{ message: 'bad name\n\u202Egnp.exe' }] })).toBe('bad name \uFFFDgnp.exe');
});
