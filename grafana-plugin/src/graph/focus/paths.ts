import type { Graph } from '../model/graph.ts';
import { type EdgesByNode, edgesByNode } from './neighbours.ts';
import { subgraph } from './subgraph.ts';

/** The paths from one node to another. */
export interface Paths {
  readonly graph: Graph;
  /** The length of the shortest path in hops; undefined if there is none. */
  readonly shortest: number | undefined;
  /** Whether the search stopped early, and there may be more paths. */
  readonly more: boolean;
}

/** Maximum length of a path in hops. */
const LONGEST = 12;
/** Number of adjacent after which the search stops: the number of paths grows exponentially. */
const MOST_STEPS = 200_000;

/**
 * The part of a graph on paths from `from` to `to`, along the dependencies.
 *
 * @param which only the shortest paths, or all simple paths
 * @param longest the maximum length of a path in hops
 */
export function pathsBetween(
  graph: Graph,
  from: string,
  to: string,
  which: 'shortest' | 'all',
  longest = LONGEST,
): Paths {
  const adjacent = edgesByNode(graph, 'down');
  const behind = distancesFrom(from, adjacent);
  const ahead = distancesFrom(to, edgesByNode(graph, 'up'));
  const shortest = ahead.get(from);
  if (shortest === undefined || from === to) {
    return { graph: { nodes: [], edges: [] }, shortest: undefined, more: false };
  }
  const found = { nodes: new Set([from, to]), edges: new Set<string>() };
  if (which === 'shortest') {
    for (const [at, hops] of behind) {
      for (const { edge, to: next } of adjacent.get(at) ?? []) {
        if (hops + 1 + (ahead.get(next) ?? Infinity) === shortest) found.edges.add(edge.key);
      }
    }
    return { graph: subgraph(graph, found), shortest, more: false };
  }
  const complete = walkAll(from, to, { adjacent, ahead, longest: Math.max(shortest, longest) }, found.edges);
  return { graph: subgraph(graph, found), shortest, more: !complete };
}

interface SearchLimits {
  readonly adjacent: EdgesByNode;
  /** The distance in hops to the end of the path from each node that leads there. */
  readonly ahead: ReadonlyMap<string, number>;
  readonly longest: number;
}

/** Adds the edges of all simple paths; returns whether the search was complete. */
function walkAll(
  from: string,
  to: string,
  { adjacent, ahead, longest }: SearchLimits,
  found: Set<string>,
): boolean {
  const path: string[] = [];
  const passed = new Set([from]);
  let walked = 0;
  /** Continues from a node; returns whether to continue the search. */
  const walk = (at: string): boolean => {
    for (const { edge, to: next } of adjacent.get(at) ?? []) {
      if (walked++ > MOST_STEPS) return false;
      if (passed.has(next) || path.length + 1 + (ahead.get(next) ?? Infinity) > longest) continue;
      path.push(edge.key);
      if (next === to) {
        for (const key of path) found.add(key);
      } else {
        passed.add(next);
        if (!walk(next)) return false;
        passed.delete(next);
      }
      path.pop();
    }
    return true;
  };
  return walk(from);
}

/** The distance in hops to each reachable node, by breadth-first search. */
function distancesFrom(start: string, adjacent: EdgesByNode): Map<string, number> {
  const distances = new Map([[start, 0]]);
  // The map grows during the iteration.
  for (const [at, hops] of distances) {
    for (const { to } of adjacent.get(at) ?? []) if (!distances.has(to)) distances.set(to, hops + 1);
  }
  return distances;
}
