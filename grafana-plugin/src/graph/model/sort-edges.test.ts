import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { cpuTime } from '../fixtures/cpu-time.fixture.ts';
import { halfEdge } from '../fixtures/half-edges.fixture.ts';
import { largeGraph } from '../fixtures/large-graph.fixture.ts';
import type { EdgeState, Graph } from './graph.ts';
import type { Figures } from './half-edge.ts';
import { type EdgeColumn, sortEdges } from './sort-edges.ts';

const COLUMNS: readonly EdgeColumn[] = [
  'source',
  'destination',
  'port',
  'transport',
  'opened',
  'failed',
  'open',
  'bytes',
  'lastSeen',
  'seenBy',
  'states',
];

/** Edges from services of these names, in the order of the graph: by code unit. */
const graphOf = (edges: Readonly<Record<string, { figures?: Figures; states?: EdgeState[] }>>): Graph => {
  const graph = buildGraph(
    Object.entries(edges).map(([name, { figures = {} }]) =>
      halfEdge('outbound', `${name}@h/127.0.0.1`, 'z@h/127.0.0.1', figures),
    ),
    [],
  );
  const stateOf = (key: string) => edges[JSON.parse(key)[1]]?.states ?? [];
  return { ...graph, edges: graph.edges.map((edge) => ({ ...edge, states: stateOf(edge.source) })) };
};
const sources = ({ edges }: Graph) => edges.map(({ source }) => JSON.parse(source)[1]).join(' ');
const sorted = (graph: Graph, column: EdgeColumn, descending = false) =>
  sources(sortEdges(graph, { column, descending }));

describe('edges are sorted', () => {
  test('by number, missing values last in both orders', () => {
    const graph = graphOf({
      a: { figures: { opened: 10 } },
      b: { figures: { opened: Number.NaN } },
      c: {},
      d: { figures: { opened: 9 } },
      e: { figures: { opened: Infinity } },
      f: { figures: { opened: Infinity } },
    });
    expect(sorted(graph, 'opened')).toBe('d a e f b c');
    expect(sorted(graph, 'opened', true)).toBe('e f a d b c');
  });

  test('by name in natural order: numbers in names by value', () => {
    const graph = graphOf({ 'db-10': {}, 'db-2': {}, API: {}, web: {}, été: {} });
    expect(sorted(graph, 'source')).toBe('API db-2 db-10 été web');
    expect(sorted(graph, 'source', true)).toBe('web été db-10 db-2 API');
  });

  test('by their most important state', () => {
    const graph = graphOf({ a: { states: ['new'] }, b: {}, c: { states: ['idle', 'alerting'] } });
    expect(sorted(graph, 'states')).toBe('c a b');
  });

  test('by port as a number, classes of ports after the numbers', () => {
    const ports = { a: '8080', b: '443', c: '90', d: 'many' };
    const graph = buildGraph(
      Object.entries(ports).map(([name, port]) =>
        halfEdge('outbound', `${name}@h/127.0.0.1`, 'z@h/127.0.0.1', {}, { port }),
      ),
      [],
    );
    expect(sorted(graph, 'port')).toBe('c b a d');
  });
});

test('sorting keeps every edge, and the order of equal edges', () => {
  const graph = largeGraph(40, 120);
  fc.assert(
    fc.property(fc.constantFrom(...COLUMNS), fc.boolean(), (column, descending) => {
      const once = sortEdges(graph, { column, descending });
      expect(new Set(once.edges)).toEqual(new Set(graph.edges));
      expect(sortEdges(once, { column, descending }).edges).toEqual(once.edges);
    }),
  );
  const byTransport = sortEdges(graph, { column: 'transport', descending: true });
  expect(byTransport.edges).toEqual(graph.edges);
});

test('an unknown column changes nothing', () => {
  const graph = largeGraph(4, 6);
  expect(sortEdges(graph, { column: 'toString' as EdgeColumn, descending: true })).toBe(graph);
});

test.each(['bytes', 'source'] as const)('50,000 edges are sorted by %s in a moment', (column) => {
  const graph = largeGraph(10_000, 50_000);
  expect(cpuTime(() => sortEdges(graph, { column, descending: true }))).toBeLessThan(1500);
});
