/** The neighbours of each vertex in compressed sparse rows: those of `v` are `to[start[v]] … to[start[v + 1] - 1]`. */
export interface Adjacency {
  readonly start: Int32Array;
  readonly to: Int32Array;
}

/** A directed edge between vertices, by index. */
export type Link = readonly [from: number, to: number];

/** Lists the successors of each vertex, in the order of the links. */
export function successors(count: number, links: readonly Link[]): Adjacency {
  const start = new Int32Array(count + 1);
  for (const [from] of links) start[from + 1] = (start[from + 1] ?? 0) + 1;
  for (let v = 0; v < count; v++) start[v + 1] = (start[v + 1] ?? 0) + (start[v] ?? 0);
  const next = start.slice();
  const to = new Int32Array(links.length);
  for (const [from, target] of links) {
    const slot = next[from] ?? 0;
    to[slot] = target;
    next[from] = slot + 1;
  }
  return { start, to };
}

const reversed = (links: readonly Link[]): Link[] => links.map(([from, to]) => [to, from]);

/** Lists the predecessors of each vertex. */
export const predecessors = (count: number, links: readonly Link[]): Adjacency =>
  successors(count, reversed(links));

/** Lists the successors and predecessors of each vertex. */
export const bothWays = (count: number, links: readonly Link[]): Adjacency =>
  successors(count, [...links, ...reversed(links)]);

/** The neighbours of one vertex, as a view. */
export const neighbours = ({ start, to }: Adjacency, v: number): Int32Array =>
  to.subarray(start[v], start[v + 1]);

/** The number of neighbours of a vertex. */
export const degree = ({ start }: Adjacency, v: number): number => (start[v + 1] ?? 0) - (start[v] ?? 0);
