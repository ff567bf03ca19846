import { expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { endpoint, halfEdge } from '../fixtures/half-edges.fixture.ts';
import { type FocusFilter, filterWithNeighbours } from './filter-with-neighbours.ts';

const web = endpoint('web@front-1', { site: 'tokyo' });
const api = endpoint('api@back-1', { site: 'tokyo' });
const api2 = endpoint('api@back-2', { site: 'osaka' });
const db = endpoint('db@data-1', { site: 'osaka' });
const graph = buildGraph(
  [
    halfEdge('outbound', web, api),
    halfEdge('outbound', web, api2),
    halfEdge('outbound', api, db),
    halfEdge('outbound', api2, db),
    halfEdge('outbound', db, endpoint('/192.0.2.7')),
  ],
  [],
);

/** All edges as `web@front-1 → api@back-1`. */
const edges = (filter: Partial<FocusFilter>, way: 'up' | 'down' | 'both' = 'both') => {
  const part = filterWithNeighbours(graph, { service: [], host: [], site: [], ...filter }, way);
  const nameOf = (key: string) => {
    const node = graph.nodes.find((each) => each.key === key);
    return node?.service ? `${node.service}@${node.host}` : node?.addresses[0];
  };
  return part.edges.map(({ source, target }) => `${nameOf(source)} → ${nameOf(target)}`);
};

test('a service is shown with its neighbours, on each of its hosts', () => {
  expect(edges({ service: ['api'] })).toHaveLength(4);
  expect(edges({ service: ['api'] }, 'up')).toEqual(['web@front-1 → api@back-1', 'web@front-1 → api@back-2']);
  expect(edges({ service: ['api'] }, 'down')).toEqual(['api@back-1 → db@data-1', 'api@back-2 → db@data-1']);
});

test('a service is filtered by host and by site', () => {
  expect(edges({ service: ['api'], host: ['back-2'] }, 'up')).toEqual(['web@front-1 → api@back-2']);
  expect(edges({ service: ['api'], site: ['tokyo'] }, 'down')).toEqual(['api@back-1 → db@data-1']);
});

test('any of several names matches, and an unnamed node matches by its address', () => {
  expect(edges({ service: ['web', 'db'] }, 'down')).toEqual([
    'db@data-1 → 192.0.2.7',
    'web@front-1 → api@back-1',
    'web@front-1 → api@back-2',
  ]);
  expect(edges({ service: ['192.0.2.7'] })).toEqual(['db@data-1 → 192.0.2.7']);
});

test('an empty filter keeps the whole graph, and an unknown name keeps nothing', () => {
  expect(edges({})).toHaveLength(graph.edges.length);
  expect(edges({ service: ['unknown'] })).toEqual([]);
});
