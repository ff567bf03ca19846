import type { Point } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';
import { createFreeSpots } from './free-spots.ts';

/** Moves nodes to the positions that the user has saved; nodes in the way move to the nearest free position. */
export function applySavedPositions(
  corners: readonly Point[],
  saved: readonly (Point | undefined)[],
  sizes: LayoutSizes,
): readonly Point[] {
  if (!saved.some((position) => position)) return corners;
  const spots = createFreeSpots(sizes);
  for (const position of saved) if (position) spots.take(position);
  const settled = [...saved];
  const displaced = [...corners.entries()].filter(([v, corner]) => !settled[v] && !spots.isFree(corner));
  const isDisplaced = new Set(displaced.map(([v]) => v));
  corners.forEach((corner, v) => {
    if (settled[v] || isDisplaced.has(v)) return;
    settled[v] = corner;
    spots.take(corner);
  });
  for (const [v, corner] of displaced) {
    const spot = spots.nearest(corner);
    settled[v] = spot;
    spots.take(spot);
  }
  return settled.map((corner) => corner ?? { x: 0, y: 0 });
}
