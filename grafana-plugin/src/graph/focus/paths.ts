import type { Graph } from '../model/graph.ts';
import { type EdgesByNode, edgesByNode } from './neighbours.ts';
import { subgraph } from './subgraph.ts';

/** What is on the ways from one node to another. */
export interface Paths {
  readonly graph: Graph;
  /** Hops of the shortest way; undefined when there is none. */
  readonly shortest: number | undefined;
  /** Whether the search was given up, and there may be more. */
  readonly more: boolean;
}

/** Ways of so many hops are still looked for. */
const LONGEST = 12;
/** Steps after which the search is given up: the number of ways grows exponentially. */
const MOST_STEPS = 200_000;

/**
 * The part of a graph on ways from `from` to `to`, along the dependencies.
 *
 * @param which only the shortest ways, or all that pass no node twice
 * @param longest hops that a way may have
 */
export function pathsBetween(
  graph: Graph,
  from: string,
  to: string,
  which: 'shortest' | 'all',
  longest = LONGEST,
): Paths {
  const steps = edgesByNode(graph, 'down');
  const behind = distancesFrom(from, steps);
  const ahead = distancesFrom(to, edgesByNode(graph, 'up'));
  const shortest = ahead.get(from);
  if (shortest === undefined || from === to) {
    return { graph: { nodes: [], edges: [] }, shortest: undefined, more: false };
  }
  const found = { nodes: new Set([from, to]), edges: new Set<string>() };
  if (which === 'shortest') {
    for (const [at, hops] of behind) {
      for (const { edge, to: next } of steps.get(at) ?? []) {
        if (hops + 1 + (ahead.get(next) ?? Infinity) === shortest) found.edges.add(edge.key);
      }
    }
    return { graph: subgraph(graph, found), shortest, more: false };
  }
  const complete = walkAll(from, to, { steps, ahead, longest: Math.max(shortest, longest) }, found.edges);
  return { graph: subgraph(graph, found), shortest, more: !complete };
}

interface Bounds {
  readonly steps: EdgesByNode;
  /** Hops to the end from each node that leads there. */
  readonly ahead: ReadonlyMap<string, number>;
  readonly longest: number;
}

/** Adds the edges of all ways that pass no node twice; tells whether the search came to its end. */
function walkAll(from: string, to: string, { steps, ahead, longest }: Bounds, found: Set<string>): boolean {
  const way: string[] = [];
  const passed = new Set([from]);
  let walked = 0;
  /** Walks on from a node; tells whether to go on with the search. */
  const walk = (at: string): boolean => {
    for (const { edge, to: next } of steps.get(at) ?? []) {
      if (walked++ > MOST_STEPS) return false;
      if (passed.has(next) || way.length + 1 + (ahead.get(next) ?? Infinity) > longest) continue;
      way.push(edge.key);
      if (next === to) {
        for (const key of way) found.add(key);
      } else {
        passed.add(next);
        if (!walk(next)) return false;
        passed.delete(next);
      }
      way.pop();
    }
    return true;
  };
  return walk(from);
}

/** Hops to each node that a walk reaches, by breadth-first search. */
function distancesFrom(start: string, steps: EdgesByNode): Map<string, number> {
  const distances = new Map([[start, 0]]);
  // The map grows while it is walked.
  for (const [at, hops] of distances) {
    for (const { to } of steps.get(at) ?? []) if (!distances.has(to)) distances.set(to, hops + 1);
  }
  return distances;
}
