import type { Point, Size } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';
import type { Link } from '../layers/adjacency.ts';
import { layoutComponent } from '../layers/layout-component.ts';
import { packBlocks } from './pack-blocks.ts';

/** Lays out each connected component of boxes, and packs the components to about the desired aspect ratio, from (0, 0). */
export function arrange(boxes: readonly Size[], links: readonly Link[], sizes: LayoutSizes): Point[] {
  const count = boxes.length;
  const components = connectedComponents(count, links);
  const componentOf = new Int32Array(count);
  const within = new Int32Array(count);
  components.forEach((component, p) => {
    component.forEach((v, i) => {
      componentOf[v] = p;
      within[v] = i;
    });
  });
  const linksOf = Map.groupBy(links, ([from]) => componentOf[from] ?? 0);
  const layouts = components.map((component, p) => {
    const own = (linksOf.get(p) ?? []).map(([a, b]): Link => [within[a] ?? 0, within[b] ?? 0]);
    const members = component.map((v) => boxes[v] ?? sizes);
    return layoutComponent(members, own, sizes);
  });
  // The same gaps as within components, so that columns of components above each other are aligned.
  const offsets = packBlocks(layouts, { x: sizes.columnGap, y: sizes.rowGap }, sizes.aspect);
  return Array.from({ length: count }, (_, v): Point => {
    const component = componentOf[v] ?? 0;
    const corner = layouts[component]?.corners[within[v] ?? 0] ?? { x: 0, y: 0 };
    return { x: corner.x + (offsets[component]?.x ?? 0), y: corner.y + (offsets[component]?.y ?? 0) };
  });
}

/** The links among some vertices, renumbered in their order. */
export function linksAmong(vertices: readonly number[], links: readonly Link[]): Link[] {
  const index = new Map(vertices.map((v, i) => [v, i]));
  return links.flatMap(([from, to]) => {
    const [a, b] = [index.get(from), index.get(to)];
    return a !== undefined && b !== undefined ? [[a, b] as const] : [];
  });
}

/** Splits vertices into connected components, each and all in ascending order. */
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
