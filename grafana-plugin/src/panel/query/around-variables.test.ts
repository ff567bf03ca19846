import { expect, test } from 'vitest';
import { fillAround } from './around-variables.ts';

const OPTIONS = { service: '$service', host: '', site: '$site', way: '$direction' };

/** What a dashboard with these variables makes of `$name`. */
const dashboard = (variables: Record<string, string>) => (text: string) =>
  text.replace(/\$(\w+)/g, (whole, name: string) => variables[name] ?? whole);

test.each([
  ['one value', '"api"', ['api']],
  ['one value, as older versions put it', 'api', ['api']],
  ['several', '["api","db"]', ['api', 'db']],
  ['a name that looks like JSON', '["api', ['["api']],
  ['a name that is a number', '7', ['7']],
  ['all, by the pattern of the variable', '.*', []],
  ['all, by its own name', '$__all', []],
  ['none', '', []],
])('takes %s', (_title, value, expected) => {
  expect(fillAround(OPTIONS, dashboard({ service: value })).wanted.service).toEqual(expected);
});

test('filters nothing by a variable that is not there', () => {
  expect(fillAround(OPTIONS, dashboard({})).wanted).toEqual({ service: [], host: [], site: [] });
});

test('takes names that are no variables', () => {
  expect(fillAround({ ...OPTIONS, host: 'back-1' }, dashboard({})).wanted.host).toEqual(['back-1']);
});

test.each([
  ['up', 'up'],
  ['"down"', 'down'],
  ['both', 'both'],
  ['sideways', 'both'],
])('looks %s', (direction, way) => {
  expect(fillAround(OPTIONS, dashboard({ direction })).way).toBe(way);
});
