import { expect, test } from 'vitest';
import { changedOptions, readUrlState, writeUrlState } from './url-state.ts';

const defaults = { from: 'now-1h', to: 'now', refresh: '30s' };

/** The parameters that are not null. */
const texts = (query: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(Object.entries(query).flatMap(([name, text]) => (text === null ? [] : [[name, text]])));

test('missing or invalid values are replaced by defaults', () => {
  expect(readUrlState('?theme=pink&from=', defaults)).toEqual({
    from: 'now-1h',
    to: 'now',
    theme: 'dark',
    timezone: 'browser',
    lang: '',
    refresh: '30s',
    options: {},
  });
});

test('an empty refresh interval disables the automatic refresh', () => {
  expect(readUrlState('?refresh=', defaults).refresh).toBe('');
});

test('a written state is read back unchanged', () => {
  const state = {
    from: '1700000000000',
    to: '1700000300000',
    theme: 'light',
    timezone: 'utc',
    lang: 'ja',
    refresh: '',
    options: { level: 'host', focus: { node: '["a&b"]' } },
  } as const;
  expect(readUrlState(`?${new URLSearchParams(texts(writeUrlState(state)))}`, defaults)).toEqual(state);
});

test('default values are not in the address', () => {
  const state = { ...readUrlState('?timezone=utc&lang=ja&options={"level":"host"}', defaults) };
  const plain = { ...state, timezone: 'browser', lang: '', options: {} };
  expect(writeUrlState(plain)).toMatchObject({ timezone: null, lang: null, options: null });
});

test('options that are not a JSON object are ignored', () => {
  for (const odd of ['{', '[1]', '7', 'null', '']) {
    expect(readUrlState(`?options=${odd}`, defaults).options).toEqual({});
  }
});

test('only options that differ from the dashboard are in the address', () => {
  expect(changedOptions({ level: 'host', frames: 'none' }, { frames: 'none' })).toEqual({ level: 'host' });
});
