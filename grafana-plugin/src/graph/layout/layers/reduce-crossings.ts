import type { Point } from '../../geometry/rectangle.ts';
import { bothWays, type Link, neighbours } from './adjacency.ts';

const ROUNDS = 6;

/**
 * Swaps adjacent vertices of a column as long as that reduces the crossings of straight links. A round is quadratic in
 * the number of links: meant for graphs small enough to follow single links.
 *
 * @param columns the vertices of each column from top to bottom; modified
 * @param x the column of each vertex
 * @param y the height of each vertex; modified
 */
export function reduceCrossings(
  columns: readonly number[][],
  links: readonly Link[],
  x: Int32Array,
  y: Float64Array,
): void {
  const near = bothWays(y.length, links);
  const at = (v: number): Point => ({ x: x[v] ?? 0, y: y[v] ?? 0 });
  const swap = (column: number[], i: number) => {
    const [upper = 0, lower = 0] = column.slice(i, i + 2);
    [column[i], column[i + 1]] = [lower, upper];
    [y[upper], y[lower]] = [y[lower] ?? 0, y[upper] ?? 0];
  };
  const crossingsOf = (v: number) =>
    neighbours(near, v).reduce((sum, u) => sum + crossingsWith([v, u], links, at), 0);

  for (let round = 0, improved = true; round < ROUNDS && improved; round++) {
    improved = false;
    for (const column of columns) {
      for (let i = 0; i + 1 < column.length; i++) {
        const [upper = 0, lower = 0] = column.slice(i, i + 2);
        const before = crossingsOf(upper) + crossingsOf(lower);
        if (before === 0) continue;
        swap(column, i);
        if (crossingsOf(upper) + crossingsOf(lower) < before) improved = true;
        else swap(column, i);
      }
    }
  }
}

/** The number of links that a straight link crosses. Links that share a vertex do not cross. */
export function crossingsWith([a, b]: Link, links: readonly Link[], at: (vertex: number) => Point): number {
  const [from, to] = [at(a), at(b)];
  let crossings = 0;
  for (const [c, d] of links) {
    if (a === c || a === d || b === c || b === d) continue;
    const [start, end] = [at(c), at(d)];
    if (
      side(from, to, start) * side(from, to, end) < 0 &&
      side(start, end, from) * side(start, end, to) < 0
    ) {
      crossings++;
    }
  }
  return crossings;
}

/** The side of the line from `a` to `b` that a point is on, as a sign. */
const side = (a: Point, b: Point, point: Point): number =>
  Math.sign((b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x));
