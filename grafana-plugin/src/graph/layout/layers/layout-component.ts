import type { Point, Size } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';
import { type Adjacency, bothWays, type Link, neighbours, successors } from './adjacency.ts';
import { assignLayers } from './assign-layers.ts';
import { breakCycles } from './break-cycles.ts';
import { mergeLayers } from './merge-layers.ts';
import { placeVertically, stackColumns } from './place-vertically.ts';
import { reduceCrossings } from './reduce-crossings.ts';
import { wrapLayers } from './wrap-layers.ts';

/** Rounds in which columns are reordered, and then only straightened. */
const ORDER_ROUNDS = 24;
const STRAIGHTEN_ROUNDS = 4;

/** With more links than this, single links cannot be followed, and crossings are not reduced one by one. */
const MOST_LINKS = 250;

/** A connected component, laid out from (0, 0). */
export interface ComponentLayout {
  readonly corners: readonly Point[];
  readonly width: number;
  readonly height: number;
}

/** Lays out one connected component, left to right; links are between boxes, by index. */
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
  const heights = Float64Array.from(boxes, ({ height }) => height + sizes.rowGap);
  const y = stackColumns(columns, heights);
  placeVertically(columns, near, heights, y, { rounds: ORDER_ROUNDS, reorder: true });
  if (links.length <= MOST_LINKS) {
    reduceCrossings(columns, acyclic, column, y);
    placeVertically(columns, near, heights, y, { rounds: STRAIGHTEN_ROUNDS, reorder: false });
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

/** The vertices of each column in depth-first order, so that connected vertices start close together. */
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
