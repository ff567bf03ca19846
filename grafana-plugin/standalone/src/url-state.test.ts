import { expect, test } from 'vitest';
import { readUrlState, writeUrlState } from './url-state.ts';

const defaults = { from: 'now-1h', to: 'now', refresh: '30s' };

test('what is missing or odd takes its default', () => {
  expect(readUrlState('?theme=pink&from=', defaults)).toEqual({
    from: 'now-1h',
    to: 'now',
    theme: 'dark',
    timezone: 'browser',
    refresh: '30s',
  });
});

test('an empty refresh turns the automatic one off', () => {
  expect(readUrlState('?refresh=', defaults).refresh).toBe('');
});

test('what is written is read back', () => {
  const state = {
    from: '1700000000000',
    to: '1700000300000',
    theme: 'light',
    timezone: 'utc',
    refresh: '',
  } as const;
  expect(readUrlState(writeUrlState(state), defaults)).toEqual(state);
});
