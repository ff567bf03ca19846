import { type Adjacency, bothWays, type Link, neighbours, successors } from './adjacency.ts';
import { assignLayers } from './assign-layers.ts';
import { breakCycles } from './break-cycles.ts';
import { foldLayers } from './fold-layers.ts';
import type { LayoutSizes, Point } from './layout-graph.ts';
import { placeVertically, stackColumns } from './place-vertically.ts';
import { untangle } from './untangle.ts';

/** Rounds in which columns are ordered, and then only straightened. */
const ORDER_ROUNDS = 24;
const STRAIGHTEN_ROUNDS = 4;

/** Of more links nobody follows each: they are not untangled one by one. */
const MOST_UNTANGLED = 250;

/** A connected part laid out, from (0, 0). */
export interface PartLayout {
  readonly corners: readonly Point[];
  readonly width: number;
  readonly height: number;
}

/** Lays out one connected part, left to right; links are between `count` nodes of equal size. */
export function layoutPart(count: number, links: readonly Link[], sizes: LayoutSizes): PartLayout {
  const acyclic = breakCycles(count, links);
  const column = foldLayers(assignLayers(count, acyclic), acyclic, sizes);
  const columns = depthFirst(column, successors(count, acyclic));
  const near = bothWays(count, acyclic);
  const pitch = sizes.height + sizes.rowGap;
  const y = stackColumns(columns, pitch, count);
  placeVertically(columns, near, pitch, y, { rounds: ORDER_ROUNDS, reorder: true });
  if (links.length <= MOST_UNTANGLED) {
    untangle(columns, acyclic, column, y);
    placeVertically(columns, near, pitch, y, { rounds: STRAIGHTEN_ROUNDS, reorder: false });
  }

  const top = y.reduce((least, at) => Math.min(least, at), Infinity);
  const bottom = y.reduce((most, at) => Math.max(most, at), -Infinity);
  const columnPitch = sizes.width + sizes.columnGap;
  return {
    corners: Array.from({ length: count }, (_, v) => ({
      x: (column[v] ?? 0) * columnPitch,
      y: (y[v] ?? 0) - top,
    })),
    width: columns.length * columnPitch - sizes.columnGap,
    height: bottom - top + sizes.height,
  };
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
