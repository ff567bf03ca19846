import type { Point } from '../geometry/rectangle.ts';

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
export interface KnownPositions {
  /** The layout so far: who has a place in it stays there, unless too few do. */
  readonly earlier?: Pick<Layout, 'width' | 'corners'> | undefined;
  /** Corners of the nodes that the user has put somewhere: they win over all else. */
  readonly saved?: ReadonlyMap<string, Point> | undefined;
}

/** What to lay out. Survives the way to a worker. */
export interface LayoutRequest extends KnownPositions {
  readonly nodes: readonly string[];
  readonly edges: readonly { readonly source: string; readonly target: string }[];
  readonly sizes: LayoutSizes;
  /** The group of each node that is in one: its members stand together in one rectangle. */
  readonly groups?: ReadonlyMap<string, string> | undefined;
}

/** Names an ordered pair of nodes. */
export const pairKey = (source: string, target: string): string => JSON.stringify([source, target]);

/** The sizes in a layout whose nodes have become wider, and the gaps between its columns as well. */
export const widened = (sizes: LayoutSizes, width: number): LayoutSizes => ({
  ...sizes,
  width,
  columnGap: (sizes.columnGap * width) / sizes.width,
});
