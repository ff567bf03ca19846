import type { Point } from '../../geometry/rectangle.ts';
import type { LayoutSizes } from '../../model/layout.ts';
import { createFreeSpots } from './free-spots.ts';

/** Puts nodes where the user has put them; whoever stands there moves to the nearest free spot. */
export function applySavedPositions(
  corners: readonly Point[],
  saved: readonly (Point | undefined)[],
  sizes: LayoutSizes,
): readonly Point[] {
  if (!saved.some((place) => place)) return corners;
  const spots = createFreeSpots(sizes);
  for (const place of saved) if (place) spots.take(place);
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
