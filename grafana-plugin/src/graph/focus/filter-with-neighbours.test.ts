import { expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { end, half } from '../fixtures/half-edges.fixture.ts';
import { around, type Wanted } from './filter-with-neighbours.ts';

const web = end('web@front-1', { site: 'tokyo' });
const api = end('api@back-1', { site: 'tokyo' });
const api2 = end('api@back-2', { site: 'osaka' });
const db = end('db@data-1', { site: 'osaka' });
const graph = buildGraph(
  [
    half('outbound', web, api),
    half('outbound', web, api2),
    half('outbound', api, db),
    half('outbound', api2, db),
    half('outbound', db, end('/192.0.2.7')),
  ],
  [],
);

/** `web@front-1 → api@back-1`, of all edges. */
const edges = (wanted: Partial<Wanted>, way: 'up' | 'down' | 'both' = 'both') => {
  const part = around(graph, { service: [], host: [], site: [], ...wanted }, way);
  const nameOf = (key: string) => {
    const node = graph.nodes.find((each) => each.key === key);
    return node?.service ? `${node.service}@${node.host}` : node?.addresses[0];
  };
  return part.edges.map(({ source, target }) => `${nameOf(source)} → ${nameOf(target)}`);
};

test('a service with its neighbours, on each of its hosts', () => {
  expect(edges({ service: ['api'] })).toHaveLength(4);
  expect(edges({ service: ['api'] }, 'up')).toEqual(['web@front-1 → api@back-1', 'web@front-1 → api@back-2']);
  expect(edges({ service: ['api'] }, 'down')).toEqual(['api@back-1 → db@data-1', 'api@back-2 → db@data-1']);
});

test('on one host, or at one site', () => {
  expect(edges({ service: ['api'], host: ['back-2'] }, 'up')).toEqual(['web@front-1 → api@back-2']);
  expect(edges({ service: ['api'], site: ['tokyo'] }, 'down')).toEqual(['api@back-1 → db@data-1']);
});

test('any of several, and what goes by its address only', () => {
  expect(edges({ service: ['web', 'db'] }, 'down')).toEqual([
    'db@data-1 → 192.0.2.7',
    'web@front-1 → api@back-1',
    'web@front-1 → api@back-2',
  ]);
  expect(edges({ service: ['192.0.2.7'] })).toEqual(['db@data-1 → 192.0.2.7']);
});

test('all where nothing is wanted, and nothing where it is not there', () => {
  expect(edges({})).toHaveLength(graph.edges.length);
  expect(edges({ service: ['nobody'] })).toEqual([]);
});
