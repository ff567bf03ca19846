import type { Link } from './adjacency.ts';
import { assignLayers } from './assign-layers.ts';
import { breakCycles } from './break-cycles.ts';
import { foldLayers } from './fold-layers.ts';
import { type LayeredGraph, splitLongLinks } from './layered-graph.ts';
import type { LayoutSizes, Point } from './layout-graph.ts';
import { orderLayers } from './order-layers.ts';
import { placeVertically } from './place-vertically.ts';

const LEAST_BEND_ROOM = 5;

/** A connected part laid out: corners of its nodes and bend points of its links, from (0, 0). */
export interface PartLayout {
  readonly corners: readonly Point[];
  /** For each link, from its start to its end. */
  readonly bends: readonly (readonly Point[])[];
  readonly width: number;
  readonly height: number;
}

/** Lays out one connected part, left to right; links are between `count` nodes of equal size. */
export function layoutPart(count: number, links: readonly Link[], sizes: LayoutSizes): PartLayout {
  const acyclic = breakCycles(count, links);
  const layer = foldLayers(assignLayers(count, acyclic), acyclic, sizes);
  const graph = splitLongLinks(count, acyclic, layer);
  const layers = orderLayers(graph);
  const bendRoom = roomOfBends(layers, count, sizes);
  const room = (v: number) => (v < count ? sizes.height + sizes.rowGap : bendRoom);
  const y = placeVertically(layers, graph, room);

  const top = layers.flat().reduce((least, v) => Math.min(least, (y[v] ?? 0) - room(v) / 2), Infinity);
  const bottom = layers.flat().reduce((most, v) => Math.max(most, (y[v] ?? 0) + room(v) / 2), -Infinity);
  const column = columnOf(graph);
  const x = (v: number) => (column[v] ?? 0) * (sizes.width + sizes.columnGap);
  const centre = (v: number): Point => ({ x: x(v) + sizes.width / 2, y: (y[v] ?? 0) - top });
  return {
    corners: Array.from({ length: count }, (_, v) => ({ x: x(v), y: centre(v).y - sizes.height / 2 })),
    bends: graph.bends.map((points, i) => {
      const forward = acyclic[i]?.[0] === links[i]?.[0];
      return (forward ? points : points.toReversed()).map(centre);
    }),
    width: layers.length * (sizes.width + sizes.columnGap) - sizes.columnGap,
    height: bottom - top,
  };
}

/** Links that pass a layer move closer the more there are, lest they take more room than the nodes. */
function roomOfBends(layers: readonly (readonly number[])[], count: number, sizes: LayoutSizes): number {
  let [nodes, bends] = [0, 0];
  for (const layer of layers) {
    const own = layer.filter((v) => v < count).length;
    nodes = Math.max(nodes, own);
    bends = Math.max(bends, layer.length - own);
  }
  const share = (nodes * (sizes.height + sizes.rowGap)) / (2 * bends);
  return Math.max(LEAST_BEND_ROOM, Math.min(sizes.bendGap, share));
}

function columnOf({ layers, count }: LayeredGraph): Int32Array {
  const column = new Int32Array(count);
  layers.forEach((layer, at) => {
    for (const v of layer) column[v] = at;
  });
  return column;
}
