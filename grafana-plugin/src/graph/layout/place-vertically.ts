import { type Adjacency, neighbours } from './adjacency.ts';
import { closestIncreasing } from './closest-increasing.ts';

/** Weight of a place that no link asks for. */
const IDLE = 0.1;

/**
 * Moves the vertices of each column as near to the mean of their neighbours' heights as the room of each, `pitch`,
 * allows. All neighbours count, however many columns away: links are drawn nearly straight, and so cross least.
 *
 * @param columns the vertices of each column from top to bottom; reordered when `reorder` is set
 * @param y the centre of each vertex: changed
 */
export function placeVertically(
  columns: readonly number[][],
  near: Adjacency,
  pitch: number,
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
      // Without the room used so far, "at least so far apart" is "not decreasing".
      const tops = closestIncreasing(
        column.map((v, i) => (wanted[v] ?? 0) - i * pitch),
        column.map((v) => neighbours(near, v).length || IDLE),
      );
      column.forEach((v, i) => {
        y[v] = (tops[i] ?? 0) + i * pitch;
      });
    }
  }
}

/** Puts the vertices of each column one below the other, all columns centred on one line. */
export function stackColumns(
  columns: readonly (readonly number[])[],
  pitch: number,
  count: number,
): Float64Array {
  const y = new Float64Array(count);
  for (const column of columns) {
    column.forEach((v, i) => {
      y[v] = (i - (column.length - 1) / 2) * pitch;
    });
  }
  return y;
}

function meanOf(vertices: Int32Array, y: Float64Array): number | undefined {
  if (vertices.length === 0) return undefined;
  let sum = 0;
  for (const v of vertices) sum += y[v] ?? 0;
  return sum / vertices.length;
}
