import { degree, type Link, predecessors, successors } from './adjacency.ts';
import type { LayoutSizes } from './layout-graph.ts';

/**
 * Spreads the ends of a tall layer over several columns, so that a hub with many clients is not a needle:
 * vertices nobody depends on go further left, those that depend on nobody further right.
 */
export function foldLayers(layer: Int32Array, links: readonly Link[], sizes: LayoutSizes): Int32Array {
  const out = successors(layer.length, links);
  const into = predecessors(layer.length, links);
  const layers = [...Map.groupBy(layer.keys(), (v) => layer[v] ?? 0)].sort(([a], [b]) => a - b);
  const tallest = layers.reduce((most, [, { length }]) => Math.max(most, length), 0);
  const rows = rowsThatFill(tallest, layers.length, sizes);
  const columnsFor = ({ length }: readonly number[]) => Math.max(1, Math.ceil(length / rows));

  const after = new Int32Array(layer.length);
  const spread = (vertices: readonly number[], columns: number, from: number, step: 1 | -1) => {
    vertices.forEach((v, i) => {
      after[v] = from + step * Math.floor((i * columns) / vertices.length);
    });
  };
  let next = 0;
  for (const [, vertices] of layers) {
    const sources = vertices.filter((v) => degree(into, v) === 0 && degree(out, v) > 0);
    const sinks = vertices.filter((v) => degree(out, v) === 0 && degree(into, v) > 0);
    const [left, right] = [columnsFor(sources), columnsFor(sinks)];
    const at = next + left - 1;
    for (const v of vertices) after[v] = at;
    spread(sources, left, at, -1);
    spread(sinks, right, at, 1);
    next = at + right;
  }
  return after;
}

/** The rows at which the whole, its tallest layer folded, has about the wanted aspect. */
function rowsThatFill(tallest: number, layers: number, sizes: LayoutSizes): number {
  const column = sizes.width + sizes.columnGap;
  const row = (sizes.height + sizes.rowGap) * sizes.aspect;
  // (layers - 1 + tallest / rows) * column = rows * row
  const half = ((layers - 1) * column) / (2 * row);
  const rows = half + Math.sqrt(half * half + (tallest * column) / row);
  // A layer that is but a little too tall is better left in one piece.
  return tallest < rows * 1.5 ? tallest : Math.ceil(rows);
}
