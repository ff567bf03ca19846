import { useMemo } from 'react';
import type { Neighbourhood } from '../../graph/display/neighbourhood.ts';
import { matchDrawn } from '../../graph/search/match-drawn.ts';
import { parseQuery } from '../../graph/search/parse-query.ts';
import type { QueryError } from '../../graph/search/query.ts';
import type { Shown } from './shown-graph.ts';

/** What a search has found. */
export interface Found {
  /** What to bring out; undefined when nothing is asked for, or the query cannot be understood. */
  readonly matches: Neighbourhood | undefined;
  /** Keys of the nodes found, in the order of the graph. */
  readonly nodes: readonly string[];
  readonly error: QueryError | undefined;
}

/** Looks for a query in what is drawn, collapsed groups included. */
export function useSearch({ graph, open }: Shown, search: string): Found {
  return useMemo(() => {
    if (search.trim() === '') return { matches: undefined, nodes: [], error: undefined };
    const query = parseQuery(search);
    if ('fault' in query) return { matches: undefined, nodes: [], error: query };
    const { nodes, edges } = matchDrawn(graph, open, query);
    return { matches: { cards: nodes, curves: edges }, nodes: [...nodes], error: undefined };
  }, [graph, open, search]);
}
