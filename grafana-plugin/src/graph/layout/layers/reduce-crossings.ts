import type { Point } from '../../geometry/rectangle.ts';
import { bothWays, type Link, neighbours } from './adjacency.ts';

const PASSES = 6;

/**
 * Swaps vertices that stand next to each other in a column while fewer straight links cross then. A pass takes
 * time by the square of the links: meant for graphs that are looked at link by link.
 *
 * @param columns the vertices of each column from top to bottom: changed
 * @param x the column of each vertex
 * @param y the height of each vertex: changed
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

  for (let pass = 0, improved = true; pass < PASSES && improved; pass++) {
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

/** How many links the straight link crosses. Links that share an end do not cross. */
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

/** On which side of the line from `a` to `b` a point is, by sign. */
const side = (a: Point, b: Point, point: Point): number =>
  Math.sign((b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x));
