import type { Point, Size } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';
import type { Link } from '../layers/adjacency.ts';
import { layoutComponent } from '../layers/layout-component.ts';
import { packBlocks } from './pack-blocks.ts';

/** Lays out each connected part of some boxes and packs the parts to about the wanted aspect, from (0, 0). */
export function arrange(boxes: readonly Size[], links: readonly Link[], sizes: LayoutSizes): Point[] {
  const count = boxes.length;
  const parts = connectedComponents(count, links);
  const partOf = new Int32Array(count);
  const within = new Int32Array(count);
  parts.forEach((part, p) => {
    part.forEach((v, i) => {
      partOf[v] = p;
      within[v] = i;
    });
  });
  const linksOf = Map.groupBy(links, ([from]) => partOf[from] ?? 0);
  const layouts = parts.map((part, p) => {
    const own = (linksOf.get(p) ?? []).map(([a, b]): Link => [within[a] ?? 0, within[b] ?? 0]);
    const members = part.map((v) => boxes[v] ?? sizes);
    return layoutComponent(members, own, sizes);
  });
  // Gaps as within parts: so the columns of parts above each other are in line.
  const offsets = packBlocks(layouts, { x: sizes.columnGap, y: sizes.rowGap }, sizes.aspect);
  return Array.from({ length: count }, (_, v): Point => {
    const part = partOf[v] ?? 0;
    const corner = layouts[part]?.corners[within[v] ?? 0] ?? { x: 0, y: 0 };
    return { x: corner.x + (offsets[part]?.x ?? 0), y: corner.y + (offsets[part]?.y ?? 0) };
  });
}

/** The links among some vertices, which are then numbered in their order. */
export function linksAmong(vertices: readonly number[], links: readonly Link[]): Link[] {
  const index = new Map(vertices.map((v, i) => [v, i]));
  return links.flatMap(([from, to]) => {
    const [a, b] = [index.get(from), index.get(to)];
    return a !== undefined && b !== undefined ? [[a, b] as const] : [];
  });
}

/** Splits vertices into the sets that links connect, each and all in ascending order. */
function connectedComponents(count: number, links: readonly Link[]): number[][] {
  const parent = Int32Array.from({ length: count }, (_, v) => v);
  const root = (v: number): number => {
    let top = v;
    while (parent[top] !== top) {
      parent[top] = parent[parent[top] ?? 0] ?? 0;
      top = parent[top] ?? 0;
    }
    return top;
  };
  for (const [a, b] of links) {
    const [low, high] = [root(a), root(b)].sort((x, y) => x - y) as [number, number];
    parent[high] = low;
  }
  return [...Map.groupBy(parent.keys(), root).values()];
}
