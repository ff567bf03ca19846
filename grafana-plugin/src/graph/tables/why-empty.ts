import type { Graph } from '../model/graph.ts';
import type { TableContents } from './read-tables.ts';
import { firstMissingLabel, REQUIRED_LABELS } from './required-labels.ts';

/** Why the graph cannot be drawn. */
export type EmptyReason =
  | { readonly code: 'no-query' }
  /** No table has a label that every edge needs. */
  | { readonly code: 'no-label'; readonly label: string }
  | { readonly code: 'only-listeners' }
  | { readonly code: 'nothing-seen' };

/** Determines why a graph cannot be drawn, and names the missing query or label; undefined if it can. */
export function whyEmpty(queries: number, contents: TableContents, graph: Graph): EmptyReason | undefined {
  if (queries === 0) return { code: 'no-query' };
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
  if (graph.edges.length > 0) return undefined;
  return { code: contents.listeners.length > 0 ? 'only-listeners' : 'nothing-seen' };
}
