import type { Point, Size } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';
import { type Adjacency, bothWays, type Link, neighbours, successors } from './adjacency.ts';
import { assignLayers } from './assign-layers.ts';
import { breakCycles } from './break-cycles.ts';
import { mergeLayers } from './merge-layers.ts';
import { placeVertically, stackColumns } from './place-vertically.ts';
import { reduceCrossings } from './reduce-crossings.ts';
import { wrapLayers } from './wrap-layers.ts';

/** Rounds in which columns are ordered, and then only straightened. */
const ORDER_ROUNDS = 24;
const STRAIGHTEN_ROUNDS = 4;

/** Of more links nobody follows each: they are not untangled one by one. */
const MOST_UNTANGLED = 250;

/** A connected part laid out, from (0, 0). */
export interface ComponentLayout {
  readonly corners: readonly Point[];
  readonly width: number;
  readonly height: number;
}

/** Lays out one connected part, left to right; links are between boxes by number. */
export function layoutComponent(
  boxes: readonly Size[],
  links: readonly Link[],
  sizes: LayoutSizes,
): ComponentLayout {
  const count = boxes.length;
  const acyclic = breakCycles(count, links);
  const mean = meanOf(boxes);
  const layer = mergeLayers(assignLayers(count, acyclic), mean, sizes);
  const column = wrapLayers(layer, acyclic, { ...sizes, ...mean });
  const columns = depthFirst(column, successors(count, acyclic));
  const near = bothWays(count, acyclic);
  const room = Float64Array.from(boxes, ({ height }) => height + sizes.rowGap);
  const y = stackColumns(columns, room);
  placeVertically(columns, near, room, y, { rounds: ORDER_ROUNDS, reorder: true });
  if (links.length <= MOST_UNTANGLED) {
    reduceCrossings(columns, acyclic, column, y);
    placeVertically(columns, near, room, y, { rounds: STRAIGHTEN_ROUNDS, reorder: false });
  }

  const top = y.reduce((least, at, v) => Math.min(least, at - (boxes[v]?.height ?? 0) / 2), Infinity);
  const bottom = y.reduce((most, at, v) => Math.max(most, at + (boxes[v]?.height ?? 0) / 2), -Infinity);
  const lefts: number[] = [];
  let right = -sizes.columnGap;
  for (const members of columns) {
    lefts.push(right + sizes.columnGap);
    right += sizes.columnGap + members.reduce((most, v) => Math.max(most, boxes[v]?.width ?? 0), 0);
  }
  return {
    corners: boxes.map(({ height }, v) => ({
      x: lefts[column[v] ?? 0] ?? 0,
      y: (y[v] ?? 0) - height / 2 - top,
    })),
    width: right,
    height: bottom - top,
  };
}

function meanOf(boxes: readonly Size[]): Size {
  const sum = (side: keyof Size) => boxes.reduce((total, box) => total + box[side], 0);
  return { width: sum('width') / boxes.length, height: sum('height') / boxes.length };
}

/** The vertices of each column in the order of a depth-first walk: what hangs together starts together. */
function depthFirst(column: Int32Array, out: Adjacency): number[][] {
  const columns: number[][] = [];
  const visited = new Uint8Array(column.length);
  const fromLeft = [...column.keys()].sort((a, b) => (column[a] ?? 0) - (column[b] ?? 0) || a - b);
  for (const root of fromLeft) {
    const stack = [root];
    for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
      if (visited[v]) continue;
      visited[v] = 1;
      const at = column[v] ?? 0;
      while (columns.length <= at) columns.push([]);
      columns[at]?.push(v);
      for (const child of neighbours(out, v).toReversed()) stack.push(child);
    }
  }
  return columns;
}
