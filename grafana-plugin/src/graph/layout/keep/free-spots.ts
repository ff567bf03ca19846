import { createOccupancy } from '../../geometry/occupancy.ts';
import type { Point } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';

/** Keeps track of occupied positions, and finds free ones. */
export interface FreeSpots {
  /** @param owner the owner of the position: for the owner itself it counts as free */
  take(corner: Point, owner?: string): void;
  isFree(corner: Point, owner?: string): boolean;
  /** The free corner closest to the wanted one, in its column or a nearby column. */
  nearest(wanted: Point): Point;
}

/** Column offsets to try. */
const COLUMNS = [0, 1, -1, 2, -2];

export function createFreeSpots({ width, height, columnGap, rowGap }: LayoutSizes): FreeSpots {
  const taken = createOccupancy();
  // Half a gap around each node keeps a gap between two; slightly less, so that nodes at exactly that distance do not overlap.
  const margin = rowGap * 0.49;
  const boundsAt = ({ x, y }: Point) => ({
    x: x - margin,
    y: y - margin,
    width: width + 2 * margin,
    height: height + 2 * margin,
  });
  const isFree = (corner: Point, owner = '') => !taken.overlaps(boundsAt(corner), owner);
  const step = (height + rowGap) / 2;
  const pitch = width + columnGap;
  const detour = Math.ceil(pitch / step);
  return {
    take: (corner, owner = 'node') => taken.add(boundsAt(corner), owner),
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
