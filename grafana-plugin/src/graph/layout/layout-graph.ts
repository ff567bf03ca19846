import { compareText } from '../order.ts';
import type { Link } from './adjacency.ts';
import { connectedParts } from './connected-parts.ts';
import { layoutPart } from './layout-part.ts';
import { packBlocks } from './pack-blocks.ts';
import { stretch } from './stretch.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Sizes in pixels at scale 1. All nodes are equally large: the eye compares positions, not boxes. */
export interface LayoutSizes {
  readonly width: number;
  readonly height: number;
  readonly columnGap: number;
  readonly rowGap: number;
  /** Vertical room of a long link that passes a layer. */
  readonly bendGap: number;
  /** Wanted width-to-height ratio of the whole. */
  readonly aspect: number;
}

/** Where everything is. */
export interface Layout {
  /** The size of each node: wider than asked where the whole would else be too narrow for its height. */
  readonly width: number;
  readonly height: number;
  /** The top left corner of each node. */
  readonly corners: ReadonlyMap<string, Point>;
  /** Bend points from `source` to `target`, for pairs that have some. */
  readonly bends: ReadonlyMap<string, readonly Point[]>;
}

/** Names an ordered pair of nodes. */
export const pairKey = (source: string, target: string): string => JSON.stringify([source, target]);

/**
 * Lays a graph out in layers from left to right, dependants left of what they depend on. The same graph gives
 * the same layout, whatever the order of its nodes and edges.
 */
export function layoutGraph(
  nodes: readonly string[],
  edges: readonly { readonly source: string; readonly target: string }[],
  sizes: LayoutSizes,
): Layout {
  const keys = [...new Set(nodes)].sort(compareText);
  const index = new Map(keys.map((key, i) => [key, i]));
  const links = uniqueLinks(edges, index);
  const parts = connectedParts(keys.length, links);
  const partOf = new Int32Array(keys.length);
  const within = new Int32Array(keys.length);
  parts.forEach((part, p) => {
    part.forEach((v, i) => {
      partOf[v] = p;
      within[v] = i;
    });
  });
  const linksOf = Map.groupBy(links, ([from]) => partOf[from] ?? 0);
  const layouts = parts.map((part, p) => {
    const own = (linksOf.get(p) ?? []).map(([a, b]): Link => [within[a] ?? 0, within[b] ?? 0]);
    return layoutPart(part.length, own, sizes);
  });
  const offsets = packBlocks(layouts, sizes.rowGap, sizes.aspect);

  const corners = new Map<string, Point>();
  const bends = new Map<string, readonly Point[]>();
  parts.forEach((part, p) => {
    const shift = (point: Point): Point => ({
      x: point.x + (offsets[p]?.x ?? 0),
      y: point.y + (offsets[p]?.y ?? 0),
    });
    part.forEach((v, i) => {
      corners.set(keys[v] ?? '', shift(layouts[p]?.corners[i] ?? { x: 0, y: 0 }));
    });
    (linksOf.get(p) ?? []).forEach(([a, b], i) => {
      const points = layouts[p]?.bends[i] ?? [];
      if (points.length > 0) bends.set(pairKey(keys[a] ?? '', keys[b] ?? ''), points.map(shift));
    });
  });
  return stretch({ width: sizes.width, height: sizes.height, corners, bends }, sizes.aspect);
}

/** Distinct links in a fixed order, without self-loops and without edges of unknown nodes. */
function uniqueLinks(
  edges: readonly { source: string; target: string }[],
  index: ReadonlyMap<string, number>,
): Link[] {
  const links = new Map<string, Link>();
  for (const { source, target } of edges) {
    const a = index.get(source);
    const b = index.get(target);
    if (a !== undefined && b !== undefined && a !== b) links.set(`${a} ${b}`, [a, b]);
  }
  return [...links.values()].sort(([a, b], [c, d]) => a - c || b - d);
}
