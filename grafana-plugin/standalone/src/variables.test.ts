import { expect, test } from 'vitest';
import { meaningOf, readChosen, resultQuery, resultValues, type Variable } from './variables.ts';

const service: Variable = {
  name: 'service',
  type: 'query',
  query: { query: 'query_result(group by (service) (m{a=")"}))' },
  regex: '/service="(.*)"}/',
  includeAll: true,
  multi: true,
  allValue: '.*',
};
const direction: Variable = { name: 'direction', type: 'custom', query: 'both, up, down' };
const datasource: Variable = { name: 'datasource', type: 'datasource', query: 'prometheus' };
const all = [service, direction, datasource];

test('values in the address take precedence over those of the dashboard', () => {
  expect(readChosen('', all)).toEqual({
    service: ['$__all'],
    direction: ['both'],
    datasource: ['prometheus'],
  });
  expect(readChosen('?var-service=a&var-service=b%26c&var-direction=up', all)).toMatchObject({
    service: ['a', 'b&c'],
    direction: ['up'],
  });
  expect(readChosen('', [{ ...service, current: { value: ['api'] } }])).toEqual({ service: ['api'] });
});

test('reads the values from the rows', () => {
  expect(resultQuery(service)).toBe('group by (service) (m{a=")"})');
  expect(resultQuery(direction)).toBeUndefined();
  const rows = [{ service: 'web' }, { service: 'api' }, { service: 'web' }, { other: 'x' }] as Record<
    string,
    string
  >[];
  expect(resultValues(service, rows)).toEqual(['api', 'web']);
});

test('"All" becomes a pattern, or a list of all names', () => {
  expect(meaningOf(service, ['$__all'], ['a', 'b'])).toBe('.*');
  const { allValue: _, ...plain } = service;
  expect(meaningOf(plain, ['$__all'], ['a', 'b'])).toEqual(['a', 'b']);
  expect(meaningOf(service, ['a'], [])).toBe('a');
  expect(meaningOf(service, ['a', 'b'], [])).toEqual(['a', 'b']);
});
