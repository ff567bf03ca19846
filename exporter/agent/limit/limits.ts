import type { HostEdges } from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { createLimitEdges } from './limit-edges.ts';
import { createLimitPids } from './limit-pids.ts';
import { createLimitServices } from './limit-services.ts';

export interface LimitOptions {
  /** Services of this host told apart, those that are asked and those that only ask. */
  readonly maxServices?: number;
  /** Edges told apart of one service, in each direction and transport. */
  readonly maxEdges?: number;
  /** Pids told apart of one service and process name, on each side. */
  readonly maxPids?: number;
  /** How long an edge stays exported after its last use, in ms. */
  readonly edgeExpiration: number;
}

/** More than a host runs at a time, were each process another. */
export const DEFAULT_MAX_SERVICES = 1000;
/** Room for a database with 500 clients; public ones are the service `internet` before they are counted. */
export const DEFAULT_MAX_EDGES = 500;
export const DEFAULT_MAX_PIDS = 8;

/**
 * A job that runs every few minutes is seen to have many pids only by those who remember longer than that. Names that
 * are ever new would take each place that becomes free.
 */
const MIN_MEMORY = 3_600_000;

/** Keeps the number of edges bounded, whatever connects to whatever. `now` is in ms by the even clock. */
export type Limits = (seen: HostEdges, now: number, note: NoteFold) => HostEdges;

export function createLimits({
  maxServices = DEFAULT_MAX_SERVICES,
  maxEdges = DEFAULT_MAX_EDGES,
  maxPids = DEFAULT_MAX_PIDS,
  edgeExpiration,
}: LimitOptions): Limits {
  const keepFor = Math.max(edgeExpiration, MIN_MEMORY);
  const limitServices = createLimitServices(maxServices, keepFor);
  const limitPids = createLimitPids(maxPids, keepFor);
  const limitEdges = createLimitEdges(maxEdges, edgeExpiration);
  return (seen, now, note) => {
    const { halfEdges, serviceListeners } = limitServices(seen, now, note);
    return { halfEdges: limitEdges(limitPids(halfEdges, now, note), now, note), serviceListeners };
  };
}
