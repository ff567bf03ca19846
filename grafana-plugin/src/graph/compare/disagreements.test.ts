import { expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { halfEdge } from '../fixtures/half-edges.fixture.ts';
import type { Figures } from '../model/half-edge.ts';
import { disagreementsOf } from './disagreements.ts';

const edgeOf = (atSource: Figures, atDestination: Figures) => {
  const [edge] = buildGraph(
    [
      halfEdge('outbound', 'web@h1/10.0.0.1', '/10.0.0.2', atSource),
      halfEdge('inbound', '/10.0.0.1', 'api@h2/10.0.0.2', atDestination),
    ],
    [],
  ).edges;
  if (!edge) throw new Error('no edge');
  return edge;
};

test('transmitted bytes of one endpoint agree with received bytes of the other', () => {
  const edge = edgeOf({ opened: 100, transmit: 1e9, receive: 5 }, { opened: 97, transmit: 5, receive: 1e9 });
  expect(disagreementsOf(edge)).toEqual([]);
});

test('figures that differ beyond the tolerance are listed with both values', () => {
  const edge = edgeOf({ opened: 100, transmit: 1e9 }, { opened: 60, receive: 1e8 });
  expect(disagreementsOf(edge)).toEqual([
    { figure: 'opened', source: 100, destination: 60 },
    { figure: 'transmit', source: 1e9, destination: 1e8 },
  ]);
  expect(disagreementsOf(edge, 0.95)).toEqual([]);
});

test('a difference of a few connections, or an endpoint without a report, is not a disagreement', () => {
  expect(disagreementsOf(edgeOf({ opened: 3 }, { opened: 1 }))).toEqual([]);
  expect(disagreementsOf(edgeOf({ opened: 300 }, {}))).toEqual([]);
});
