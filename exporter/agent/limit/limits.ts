import type { HostEdges } from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { createLimitAttempts } from './limit-attempts.ts';
import { createLimitEdges } from './limit-edges.ts';
import { createLimitPids } from './limit-pids.ts';
import { createLimitServices } from './limit-services.ts';

export interface LimitOptions {
  /** Maximum number of distinct services of this host: of servers, and of pure clients. */
  readonly maxServices?: number;
  /** Maximum number of distinct edges per service, direction and transport. */
  readonly maxEdges?: number;
  /** Maximum number of distinct pids per service and process name, on each side. */
  readonly maxPids?: number;
  /** How long an edge is exported after its last use, in ms. */
  readonly edgeExpiration: number;
}

/** More than a host runs at a time, even if every process had another name. */
export const DEFAULT_MAX_SERVICES = 1000;
/** Enough for a database with 500 clients; public ones are folded into the service `internet` before. */
export const DEFAULT_MAX_EDGES = 500;
export const DEFAULT_MAX_PIDS = 8;
/** Ports of a destination, and destinations of a client, of attempts in vain. */
export const MAX_ATTEMPTED = 10;

/**
 * How long services and pids are kept at least, in ms: a job that runs every few minutes is known to have many
 * pids, and ever new names do not take over each free slot.
 */
const MIN_KEEP_FOR = 3_600_000;

/** Keeps the number of edges within bounds, whatever connects to whatever. `now` is monotonic, in ms. */
export type Limits = (edges: HostEdges, now: number, note: NoteFold) => HostEdges;

export function createLimits({
  maxServices = DEFAULT_MAX_SERVICES,
  maxEdges = DEFAULT_MAX_EDGES,
  maxPids = DEFAULT_MAX_PIDS,
  edgeExpiration,
}: LimitOptions): Limits {
  const keepFor = Math.max(edgeExpiration, MIN_KEEP_FOR);
  const limitServices = createLimitServices(maxServices, keepFor);
  const limitPids = createLimitPids(maxPids, keepFor);
  const limitAttempts = createLimitAttempts(MAX_ATTEMPTED, keepFor);
  const limitEdges = createLimitEdges(maxEdges, edgeExpiration);
  return (edges, now, note) => {
    const { halfEdges, serviceListeners } = limitServices(edges, now, note);
    const attempted = limitAttempts(limitPids(halfEdges, now, note), now, note);
    return { halfEdges: limitEdges(attempted, now, note), serviceListeners };
  };
}
