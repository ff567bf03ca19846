import type { HalfEdge } from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { createLimitEdges } from './limit-edges.ts';
import { createLimitPids } from './limit-pids.ts';

export interface BudgetOptions {
  /** Edges told apart of one service, in each direction and transport. */
  readonly maxEdges?: number;
  /** Pids told apart of one service and process name, on each side. */
  readonly maxPids?: number;
  /** How long an edge stays exported after its last use, in ms. */
  readonly forgetAfter: number;
}

/** Room for a database with 500 clients; public ones are the service `internet` before they are counted. */
export const DEFAULT_MAX_EDGES = 500;
export const DEFAULT_MAX_PIDS = 8;

/** A job that runs every few minutes is seen to have many pids only by those who remember longer than that. */
const MIN_PID_MEMORY = 3_600_000;

/** Keeps the number of edges bounded, whatever connects to whatever. `now` is in ms by the even clock. */
export type Budget = (halfEdges: readonly HalfEdge[], now: number, note: NoteFold) => readonly HalfEdge[];

export function createBudget({
  maxEdges = DEFAULT_MAX_EDGES,
  maxPids = DEFAULT_MAX_PIDS,
  forgetAfter,
}: BudgetOptions): Budget {
  const limitPids = createLimitPids(maxPids, Math.max(forgetAfter, MIN_PID_MEMORY));
  const limitEdges = createLimitEdges(maxEdges, forgetAfter);
  return (halfEdges, now, note) => limitEdges(limitPids(halfEdges, now, note), now, note);
}
