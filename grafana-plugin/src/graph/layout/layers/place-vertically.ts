import { type Adjacency, neighbours } from './adjacency.ts';
import { closestIncreasing } from './closest-increasing.ts';

/** Weight of a place that no link asks for. */
const IDLE = 0.1;

/**
 * Moves the vertices of each column as near to the mean of their neighbours' heights as the room of each allows. All neighbours count, however many columns away: links are drawn nearly straight, and so cross least.
 *
 * @param columns the vertices of each column from top to bottom; reordered when `reorder` is set
 * @param room the height that each vertex takes, gap and all
 * @param y the centre of each vertex: changed
 */
export function placeVertically(
  columns: readonly number[][],
  near: Adjacency,
  room: ArrayLike<number>,
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
      const used = offsets(column, room);
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

/** Puts the vertices of each column one below the other, all columns centred on one line. */
export function stackColumns(columns: readonly (readonly number[])[], room: ArrayLike<number>): Float64Array {
  const y = new Float64Array(room.length);
  for (const column of columns) {
    const used = offsets(column, room);
    const middle = (used.at(-1) ?? 0) / 2;
    column.forEach((v, i) => {
      y[v] = (used[i] ?? 0) - middle;
    });
  }
  return y;
}

/** How far the centre of each vertex is below that of the first when they stand as close as they may. */
function offsets(column: readonly number[], room: ArrayLike<number>): number[] {
  let at = 0;
  return column.map((v, i) => {
    if (i > 0) at += ((room[column[i - 1] ?? 0] ?? 0) + (room[v] ?? 0)) / 2;
    return at;
  });
}

function meanOf(vertices: Int32Array, y: Float64Array): number | undefined {
  if (vertices.length === 0) return undefined;
  let sum = 0;
  for (const v of vertices) sum += y[v] ?? 0;
  return sum / vertices.length;
}
