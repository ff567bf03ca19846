import type { EdgeState, GraphEdge } from './graph.ts';

/** States by importance, most important first: an edge with several shows the first. */
export const STATES_BY_WEIGHT: readonly EdgeState[] = [
  'alerting',
  'missing',
  'unexpected',
  'alerted',
  'vanished',
  'new',
  'changed',
  'idle',
];

/** The state that sets the style of an edge; undefined if it has none. */
export const mainState = (states: readonly EdgeState[]): EdgeState | undefined =>
  STATES_BY_WEIGHT.find((state) => states.includes(state));

/** How many edges have each state; states without edges are absent. */
export function countStates(edges: readonly GraphEdge[]): ReadonlyMap<EdgeState, number> {
  const counts = new Map<EdgeState, number>();
  for (const { states } of edges) for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
