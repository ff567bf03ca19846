import type { Graph } from '../model/graph.ts';
import type { TableContents } from './read-tables.ts';
import { firstMissingLabel, REQUIRED_LABELS } from './required-labels.ts';

/** Why the graph cannot be drawn. */
export type EmptyReason =
  | { readonly code: 'no-query' }
  /** No table has a label that every edge needs. */
  | { readonly code: 'no-label'; readonly label: string }
  /** A transformation has merged the results of several queries. */
  | { readonly code: 'merged-queries' }
  | { readonly code: 'only-listeners' }
  /** No dependency was observed; so many are known from expectations and alerts only. */
  | { readonly code: 'nothing-seen'; readonly unobserved: number };

/** Determines why a graph cannot be drawn, and names the missing query or label; undefined if it can. */
export function whyEmpty(queries: number, contents: TableContents, graph: Graph): EmptyReason | undefined {
  if (queries === 0) return { code: 'no-query' };
  if (contents.merged) return { code: 'merged-queries' };
  // Unix sockets have no port.
  const portless =
    contents.halfEdges.length > 0 && contents.halfEdges.every(({ transport }) => transport === 'unix');
  const label = firstMissingLabel(
    [
      // Joined edges have no direction.
      ...(contents.joined.length > 0 ? [] : [['direction']]),
      REQUIRED_LABELS.source,
      REQUIRED_LABELS.destination,
      ...(portless ? [] : [REQUIRED_LABELS.port]),
    ],
    contents.columns,
  );
  if (label !== undefined && contents.rows > contents.listeners.length) return { code: 'no-label', label };
  const unobserved = graph.edges.filter(({ seenBy }) => seenBy === 'none').length;
  // Without what was observed, expected and alerting edges would look like all that is left.
  const isDrawable = contents.tables > 0 ? graph.edges.length > unobserved : graph.edges.length > 0;
  if (isDrawable) return undefined;
  if (contents.listeners.length > 0 && unobserved === 0) return { code: 'only-listeners' };
  return { code: 'nothing-seen', unobserved };
}
