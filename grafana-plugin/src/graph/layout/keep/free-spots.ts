import { createOccupancy } from '../../geometry/occupancy.ts';
import type { Point } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';

/** Knows where nodes stand, and where there is room for more. */
export interface FreeSpots {
  /** @param owner whose room it is: for itself the spot stays free */
  take(corner: Point, owner?: string): void;
  isFree(corner: Point, owner?: string): boolean;
  /** The corner nearest to the wanted one where a node fits, in its column or one not far from it. */
  nearest(wanted: Point): Point;
}

/** Columns to the left and right in which a node may have to stand. */
const COLUMNS = [0, 1, -1, 2, -2];

export function createFreeSpots({ width, height, columnGap, rowGap }: LayoutSizes): FreeSpots {
  const taken = createOccupancy();
  // Half a gap around each keeps a whole one between two; a little less, lest those that the layout put so touch.
  const margin = rowGap * 0.49;
  const roomAt = ({ x, y }: Point) => ({
    x: x - margin,
    y: y - margin,
    width: width + 2 * margin,
    height: height + 2 * margin,
  });
  const isFree = (corner: Point, owner = '') => !taken.overlaps(roomAt(corner), owner);
  const step = (height + rowGap) / 2;
  const pitch = width + columnGap;
  const detour = Math.ceil(pitch / step);
  return {
    take: (corner, owner = 'node') => taken.add(roomAt(corner), owner),
    isFree,
    nearest(wanted) {
      for (let distance = 0; ; distance++) {
        for (const columns of COLUMNS) {
          const rows = distance - Math.abs(columns) * detour;
          if (rows < 0) continue;
          for (const direction of [1, -1]) {
            const corner = { x: wanted.x + columns * pitch, y: wanted.y + direction * rows * step };
            if (isFree(corner)) return corner;
          }
        }
      }
    },
  };
}
