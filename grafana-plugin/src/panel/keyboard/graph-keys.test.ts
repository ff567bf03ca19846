import { expect, test } from 'vitest';
import { commandOf } from './graph-keys.ts';

const press = (key: string, modifiers = {}) =>
  commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...modifiers });

test('Shift and an arrow move the drawing, an arrow alone goes to another node', () => {
  expect(press('ArrowLeft')).toBe('left');
  expect(press('ArrowLeft', { shiftKey: true })).toBe('panLeft');
});

test('characters count however they are typed: on some keyboards it takes Shift', () => {
  expect(press('/', { shiftKey: true })).toBe('search');
  expect(press('?', { shiftKey: true })).toBe('help');
});

test('keys of the browser and of Grafana are left to them', () => {
  for (const modifier of ['ctrlKey', 'metaKey', 'altKey'])
    expect(press('f', { [modifier]: true })).toBeUndefined();
  for (const key of 'eivcdgpt') expect(press(key)).toBeUndefined();
  expect(press('Tab')).toBeUndefined();
});
