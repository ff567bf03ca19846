import { expect, test } from 'vitest';
import { commandOf } from './graph-keys.ts';

const press = (key: string, modifiers = {}) =>
  commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...modifiers });

test('Shift with an arrow key pans, an arrow key alone moves to another node', () => {
  expect(press('ArrowLeft')).toBe('left');
  expect(press('ArrowLeft', { shiftKey: true })).toBe('panLeft');
});

test('a character is recognised with or without Shift, as keyboards differ', () => {
  expect(press('/', { shiftKey: true })).toBe('search');
  expect(press('?', { shiftKey: true })).toBe('help');
});

test('shortcuts of the browser and of Grafana are not handled', () => {
  for (const modifier of ['ctrlKey', 'metaKey', 'altKey'])
    expect(press('f', { [modifier]: true })).toBeUndefined();
  for (const key of 'eivcdgpt') expect(press(key)).toBeUndefined();
  expect(press('Tab')).toBeUndefined();
});
