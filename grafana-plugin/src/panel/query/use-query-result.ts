import { useEffect, useState } from 'react';
import { type ExtraQueries, type QueryResult, runQueries } from './run-queries.ts';

/** The state of a query: its last result, and whether another is pending. */
export interface QueryState {
  readonly result: QueryResult | undefined;
  readonly busy: boolean;
}

/**
 * Runs a query whenever it changes, and cancels the previous one if it is still running.
 *
 * @param queries memoised; undefined: none
 * @param subject as long as it stays the same, the last result is kept until the next arrives
 */
export function useQueryResult(queries: ExtraQueries | undefined, subject: string): QueryState {
  const [last, setLast] = useState<{ queries: ExtraQueries; subject: string; result: QueryResult }>();
  useEffect(() => {
    if (!queries) return;
    const subscription = runQueries(queries).subscribe((result) => setLast({ queries, subject, result }));
    return () => subscription.unsubscribe();
  }, [queries, subject]);
  return {
    result: queries && last?.subject === subject ? last.result : undefined,
    busy: queries !== undefined && last?.queries !== queries,
  };
}
