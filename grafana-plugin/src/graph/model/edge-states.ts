import type { EdgeState, GraphEdge } from './graph.ts';

/** Of several states the one that matters most is shown. */
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

/** The state that sets the look of an edge; undefined for one that is not remarkable. */
export const mainState = (states: readonly EdgeState[]): EdgeState | undefined =>
  STATES_BY_WEIGHT.find((state) => states.includes(state));

/** How many edges have each state; a state that none has is not there. */
export function countStates(edges: readonly GraphEdge[]): ReadonlyMap<EdgeState, number> {
  const counts = new Map<EdgeState, number>();
  for (const { states } of edges) for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
