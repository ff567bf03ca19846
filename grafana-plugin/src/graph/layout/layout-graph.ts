import { compareText } from '../order.ts';
import type { Link } from './adjacency.ts';
import { arrange } from './arrange.ts';
import { keepPlaces } from './keep-places.ts';
import { makeWay } from './make-way.ts';
import { routeLinks } from './route-links.ts';
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

/** Places that are not the layout's to choose. */
export interface KnownPlaces {
  /** The layout so far: who has a place in it stays there, unless too few do. */
  readonly earlier?: Pick<Layout, 'width' | 'corners'> | undefined;
  /** Corners of the nodes that the user has put somewhere: they win over all else. */
  readonly saved?: ReadonlyMap<string, Point> | undefined;
}

/** What to lay out. Survives the way to a worker. */
export interface LayoutRequest extends KnownPlaces {
  readonly nodes: readonly string[];
  readonly edges: readonly { readonly source: string; readonly target: string }[];
  readonly sizes: LayoutSizes;
}

/** With more newcomers than this among the nodes, all are arranged anew. */
const MOST_NEWCOMERS = 0.3;

/** Names an ordered pair of nodes. */
export const pairKey = (source: string, target: string): string => JSON.stringify([source, target]);

/**
 * Lays a graph out in layers from left to right, dependants left of what they depend on. The same graph gives
 * the same layout, whatever the order of its nodes and edges. Where most nodes have a place already, the others
 * are put near their neighbours, and nothing else moves.
 */
export function layoutGraph({ nodes, edges, sizes, earlier, saved }: LayoutRequest): Layout {
  const keys = [...new Set(nodes)].sort(compareText);
  const links = uniqueLinks(edges, new Map(keys.map((key, i) => [key, i])));
  const places = keys.map((key) => earlier?.corners.get(key));
  const newcomers = places.filter((place) => !place).length;

  const { width, corners } =
    earlier && newcomers <= keys.length * MOST_NEWCOMERS
      ? { width: earlier.width, corners: keepPlaces(places, links, widened(sizes, earlier.width)) }
      : stretch(arrange(keys.length, links, sizes), sizes);
  const size = widened(sizes, width);
  const settled = makeWay(
    corners,
    keys.map((key) => saved?.get(key)),
    size,
  );
  return {
    width,
    height: sizes.height,
    corners: new Map(keys.map((key, i) => [key, settled[i] ?? { x: 0, y: 0 }])),
    bends: new Map(
      routeLinks(settled, links, size).map(([[from, to], points]) => [
        pairKey(keys[from] ?? '', keys[to] ?? ''),
        points,
      ]),
    ),
  };
}

/** The sizes in a layout whose nodes have become wider, and the gaps between its columns as well. */
export const widened = (sizes: LayoutSizes, width: number): LayoutSizes => ({
  ...sizes,
  width,
  columnGap: (sizes.columnGap * width) / sizes.width,
});

/** Distinct links in a fixed order, without self-loops and without edges of unknown nodes. */
function uniqueLinks(edges: LayoutRequest['edges'], index: ReadonlyMap<string, number>): Link[] {
  const links = new Map<number, Link>();
  for (const { source, target } of edges) {
    const a = index.get(source);
    const b = index.get(target);
    if (a !== undefined && b !== undefined && a !== b) links.set(a * index.size + b, [a, b]);
  }
  return [...links.values()].sort(([a, b], [c, d]) => a - c || b - d);
}
