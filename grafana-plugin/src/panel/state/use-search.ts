import { useMemo } from 'react';
import type { Neighbourhood } from '../../graph/display/neighbourhood.ts';
import { matchDrawn } from '../../graph/search/match-drawn.ts';
import { parseQuery } from '../../graph/search/parse-query.ts';
import type { QueryError } from '../../graph/search/query.ts';
import type { VisibleGraph } from './visible-graph.ts';

/** The result of a search. */
export interface SearchResult {
  /** The part to highlight; undefined for an empty or invalid query. */
  readonly matches: Neighbourhood | undefined;
  /** Keys of the matching nodes, in the order of the graph. */
  readonly nodes: readonly string[];
  readonly error: QueryError | undefined;
}

/** Searches the drawn graph, including the members of collapsed groups. */
export function useSearch({ graph, open }: VisibleGraph, search: string): SearchResult {
  return useMemo(() => {
    if (search.trim() === '') return { matches: undefined, nodes: [], error: undefined };
    const query = parseQuery(search);
    if ('fault' in query) return { matches: undefined, nodes: [], error: query };
    const { nodes, edges } = matchDrawn(graph, open, query);
    return { matches: { cards: nodes, curves: edges }, nodes: [...nodes], error: undefined };
  }, [graph, open, search]);
}
