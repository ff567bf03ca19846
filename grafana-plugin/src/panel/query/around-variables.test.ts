import { expect, test } from 'vitest';
import { fillAround } from './around-variables.ts';

const OPTIONS = { service: '$service', host: '', site: '$site', way: '$direction' };

/** Replaces `$name` as a dashboard with these variables does. */
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
])('accepts %s', (_title, value, expected) => {
  expect(fillAround(OPTIONS, dashboard({ service: value })).wanted.service).toEqual(expected);
});

test('a variable that does not exist filters nothing', () => {
  expect(fillAround(OPTIONS, dashboard({})).wanted).toEqual({ service: [], host: [], site: [] });
});

test('accepts names without variables', () => {
  expect(fillAround({ ...OPTIONS, host: 'back-1' }, dashboard({})).wanted.host).toEqual(['back-1']);
});

test.each([
  ['up', 'up'],
  ['"down"', 'down'],
  ['both', 'both'],
  ['sideways', 'both'],
])('direction %s', (direction, way) => {
  expect(fillAround(OPTIONS, dashboard({ direction })).way).toBe(way);
});
