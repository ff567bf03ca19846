import type { Graph } from './graph.ts';
import type { Reading } from './read-tables.ts';

/** Why there is nothing to draw. */
export type EmptyReason =
  | { readonly code: 'no-query' }
  /** No table has a label without which nothing is an edge. */
  | { readonly code: 'no-label'; readonly label: string }
  | { readonly code: 'only-listeners' }
  | { readonly code: 'nothing-seen' };

/** A half-edge needs one label of each group; the first of a group is the one to name. Joined edges have no direction. */
const REQUIRED = [
  ['direction'],
  ['src_service', 'src_address', 'src_kind'],
  ['dst_service', 'dst_address', 'dst_kind'],
  ['dst_port'],
] as const;

/** Tells why a graph cannot be drawn, naming the missing query or label; undefined when it can. */
export function whyEmpty(queries: number, reading: Reading, graph: Graph): EmptyReason | undefined {
  if (queries === 0) return { code: 'no-query' };
  // Unix sockets have no port.
  const portless = reading.halves.length > 0 && reading.halves.every(({ transport }) => transport === 'unix');
  const required = REQUIRED.filter(
    ([label]) => !(portless && label === 'dst_port') && !(reading.joined.length > 0 && label === 'direction'),
  );
  const missing = required.find((group) => !group.some((label) => reading.columns.has(label)));
  if (missing && reading.rows > reading.listeners.length) return { code: 'no-label', label: missing[0] };
  if (graph.edges.length > 0) return undefined;
  return { code: reading.listeners.length > 0 ? 'only-listeners' : 'nothing-seen' };
}
