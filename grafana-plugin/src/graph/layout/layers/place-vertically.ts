import { type Adjacency, neighbours } from './adjacency.ts';
import { closestIncreasing } from './closest-increasing.ts';

/** Weight of a vertex without links. */
const IDLE = 0.1;

/**
 * Moves the vertices of each column as close to the mean height of their neighbours as the other vertices allow. All
 * neighbours count, in any column: links are then nearly straight, with few crossings.
 *
 * @param columns the vertices of each column from top to bottom; reordered when `reorder` is set
 * @param heights the height of each vertex, including its gap
 * @param y the centre of each vertex; modified
 */
export function placeVertically(
  columns: readonly number[][],
  near: Adjacency,
  heights: ArrayLike<number>,
  y: Float64Array,
  { rounds, reorder }: { rounds: number; reorder: boolean },
): void {
  const wanted = new Float64Array(y.length);
  for (let round = 0; round < rounds; round++) {
    for (const column of round % 2 === 0 ? columns : columns.toReversed()) {
      for (const v of column) wanted[v] = meanOf(neighbours(near, v), y) ?? y[v] ?? 0;
      if (reorder) {
        column.sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0) || (y[a] ?? 0) - (y[b] ?? 0) || a - b);
      }
      // After subtracting the heights used so far, the minimum distance becomes "not decreasing".
      const used = offsets(column, heights);
      const tops = closestIncreasing(
        column.map((v, i) => (wanted[v] ?? 0) - (used[i] ?? 0)),
        column.map((v) => neighbours(near, v).length || IDLE),
      );
      column.forEach((v, i) => {
        y[v] = (tops[i] ?? 0) + (used[i] ?? 0);
      });
    }
  }
}

/** Stacks the vertices of each column; all columns are centred on one line. */
export function stackColumns(
  columns: readonly (readonly number[])[],
  heights: ArrayLike<number>,
): Float64Array {
  const y = new Float64Array(heights.length);
  for (const column of columns) {
    const used = offsets(column, heights);
    const middle = (used.at(-1) ?? 0) / 2;
    column.forEach((v, i) => {
      y[v] = (used[i] ?? 0) - middle;
    });
  }
  return y;
}

/** The distance of the centre of each vertex below that of the first, at minimum distances. */
function offsets(column: readonly number[], heights: ArrayLike<number>): number[] {
  let at = 0;
  return column.map((v, i) => {
    if (i > 0) at += ((heights[column[i - 1] ?? 0] ?? 0) + (heights[v] ?? 0)) / 2;
    return at;
  });
}

function meanOf(vertices: Int32Array, y: Float64Array): number | undefined {
  if (vertices.length === 0) return undefined;
  let sum = 0;
  for (const v of vertices) sum += y[v] ?? 0;
  return sum / vertices.length;
}
