import type { Point } from '../geometry/rectangle.ts';

/** Sizes in pixels at scale 1. All nodes have the same size, so that readers compare positions, not boxes. */
export interface LayoutSizes {
  readonly width: number;
  readonly height: number;
  readonly columnGap: number;
  readonly rowGap: number;
  /** Desired width-to-height ratio of the whole drawing. */
  readonly aspect: number;
}

/** The positions of nodes and the bends of edges. */
export interface Layout {
  /** The size of each node: wider than requested if the drawing would otherwise be too narrow for its height. */
  readonly width: number;
  readonly height: number;
  /** The top left corner of each node. */
  readonly corners: ReadonlyMap<string, Point>;
  /** Bend points from `source` to `target`, for pairs that have any. */
  readonly bends: ReadonlyMap<string, readonly Point[]>;
}

/** Positions that the layout has to respect. */
export interface KnownPositions {
  /** The layout so far: its nodes stay where they are, unless too few of them remain. */
  readonly earlier?: Pick<Layout, 'width' | 'corners'> | undefined;
  /** Corners of the nodes that the user has moved: they take precedence over everything else. */
  readonly saved?: ReadonlyMap<string, Point> | undefined;
}

/** What to lay out. Can be cloned for a worker. */
export interface LayoutRequest extends KnownPositions {
  readonly nodes: readonly string[];
  readonly edges: readonly { readonly source: string; readonly target: string }[];
  readonly sizes: LayoutSizes;
  /** The group of each grouped node: members of a group are placed in one rectangle. */
  readonly groups?: ReadonlyMap<string, string> | undefined;
}

/** The key of an ordered pair of nodes. */
export const pairKey = (source: string, target: string): string => JSON.stringify([source, target]);

/** The sizes of a layout whose nodes, and the gaps between its columns, have been widened. */
export const widened = (sizes: LayoutSizes, width: number): LayoutSizes => ({
  ...sizes,
  width,
  columnGap: (sizes.columnGap * width) / sizes.width,
});
