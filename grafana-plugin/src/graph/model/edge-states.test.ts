import { expect, test } from 'vitest';
import { largeGraph } from '../fixtures/large-graph.fixture.ts';
import { countStates } from './edge-states.ts';
import type { GraphEdge } from './graph.ts';

test('an edge is counted for each of its states', () => {
  const states: GraphEdge['states'][] = [['new', 'alerting'], [], ['new']];
  const edges = largeGraph(3, 3).edges.map((edge, i) => ({ ...edge, states: states[i] ?? [] }));
  expect([...countStates(edges)]).toEqual([
    ['new', 2],
    ['alerting', 1],
  ]);
});
