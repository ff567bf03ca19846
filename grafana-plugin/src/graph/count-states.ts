import type { EdgeState, GraphEdge } from './graph.ts';

/** How many edges have each state; a state that none has is not there. */
export function countStates(edges: readonly GraphEdge[]): ReadonlyMap<EdgeState, number> {
  const counts = new Map<EdgeState, number>();
  for (const { states } of edges) for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
