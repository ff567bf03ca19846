import type { Graph } from '../model/graph.ts';
import { matchGraph, type SearchMatches } from './match-graph.ts';
import type { SearchQuery } from './query.ts';

/**
 * Finds the elements of a drawing that match a query. Matches within a collapsed group match the group.
 *
 * @param open the same graph with all of its groups expanded
 */
export function matchDrawn(drawn: Graph, open: Graph, query: SearchQuery): SearchMatches {
  const groups = drawn.nodes.filter(({ collapsed }) => collapsed);
  if (groups.length === 0) return matchGraph(drawn, query);
  const groupOf = new Map(groups.flatMap(({ key, members }) => members.map((member) => [member, key])));
  const drawnAs = (key: string) => groupOf.get(key) ?? key;
  const found = matchGraph(open, query);
  const nodes = new Set([...found.nodes].map(drawnAs));
  const pairs = Map.groupBy(
    open.edges.filter(({ key }) => found.edges.has(key)),
    ({ source, target }) => JSON.stringify([drawnAs(source), drawnAs(target)]),
  );
  const edges = drawn.edges.filter(({ source, target, port }) =>
    // A merged edge of several ports has no port.
    pairs.get(JSON.stringify([source, target]))?.some((edge) => port === '' || edge.port === port),
  );
  return {
    nodes: new Set(drawn.nodes.map(({ key }) => key).filter((key) => nodes.has(key))),
    edges: new Set(edges.map(({ key }) => key)),
  };
}
