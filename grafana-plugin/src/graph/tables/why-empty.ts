import type { Graph } from '../model/graph.ts';
import type { TableContents } from './read-tables.ts';
import { firstMissingLabel, REQUIRED_LABELS } from './required-labels.ts';

/** Why there is nothing to draw. */
export type EmptyReason =
  | { readonly code: 'no-query' }
  /** No table has a label without which nothing is an edge. */
  | { readonly code: 'no-label'; readonly label: string }
  | { readonly code: 'only-listeners' }
  | { readonly code: 'nothing-seen' };

/** Tells why a graph cannot be drawn, naming the missing query or label; undefined when it can. */
export function whyEmpty(queries: number, reading: TableContents, graph: Graph): EmptyReason | undefined {
  if (queries === 0) return { code: 'no-query' };
  // Unix sockets have no port.
  const portless =
    reading.halfEdges.length > 0 && reading.halfEdges.every(({ transport }) => transport === 'unix');
  const label = firstMissingLabel(
    [
      // Joined edges have no direction.
      ...(reading.joined.length > 0 ? [] : [['direction']]),
      REQUIRED_LABELS.source,
      REQUIRED_LABELS.destination,
      ...(portless ? [] : [REQUIRED_LABELS.port]),
    ],
    reading.columns,
  );
  if (label !== undefined && reading.rows > reading.listeners.length) return { code: 'no-label', label };
  if (graph.edges.length > 0) return undefined;
  return { code: reading.listeners.length > 0 ? 'only-listeners' : 'nothing-seen' };
}
