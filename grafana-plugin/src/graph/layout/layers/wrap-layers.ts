import type { LayoutSizes } from '../../model/layout.ts';
import { degree, type Link, predecessors, successors } from './adjacency.ts';

/** Layers up to this factor above the maximum height are not wrapped. */
const TOLERANCE = 1.5;

/**
 * Wraps tall layers into several columns, so that a hub with many clients does not make the drawing too tall. Vertices
 * without dependants are placed further left in their layer, those without dependencies further right.
 */
export function wrapLayers(layer: Int32Array, links: readonly Link[], sizes: LayoutSizes): Int32Array {
  const out = successors(layer.length, links);
  const into = predecessors(layer.length, links);
  const layers = [...Map.groupBy(layer.keys(), (v) => layer[v] ?? 0)]
    .sort(([a], [b]) => a - b)
    .map(([, vertices]) => vertices);
  const rows = rowsThatFill(
    layers.map(({ length }) => length),
    sizes,
  );
  const rank = (v: number) => Number(degree(into, v) > 0) - Number(degree(out, v) > 0);

  const column = new Int32Array(layer.length);
  let next = 0;
  for (const vertices of layers) {
    const columns = columnsFor(vertices.length, rows);
    vertices
      .toSorted((a, b) => rank(a) - rank(b) || a - b)
      .forEach((v, i) => {
        column[v] = next + Math.floor((i * columns) / vertices.length);
      });
    next += columns;
  }
  return column;
}

const columnsFor = (length: number, rows: number): number =>
  length < rows * TOLERANCE ? 1 : Math.ceil(length / rows);

/** The smallest number of rows with which the drawing is not wider than the desired aspect ratio. */
function rowsThatFill(lengths: readonly number[], sizes: LayoutSizes): number {
  const width = (rows: number) =>
    lengths.reduce((sum, length) => sum + columnsFor(length, rows), 0) * (sizes.width + sizes.columnGap);
  const height = (rows: number) => rows * (sizes.height + sizes.rowGap);
  let [few, many] = [1, lengths.reduce((most, length) => Math.max(most, length), 1)];
  while (few < many) {
    const rows = Math.floor((few + many) / 2);
    if (width(rows) > height(rows) * sizes.aspect) few = rows + 1;
    else many = rows;
  }
  return few;
}
