import type { Rectangle } from '../../geometry/rectangle.ts';
import type { Curve } from './display-list.ts';

/** How many times over curves cover what is seen, about: with 1 there is as much line as there is room. */
export function coverageOf(curves: readonly Curve[], seen: Rectangle, scale: number): number {
  const [right, bottom] = [seen.x + seen.width, seen.y + seen.height];
  const area = curves.reduce((sum, { points, width }) => {
    let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { x, y } of points) {
      x1 = Math.min(x1, x);
      y1 = Math.min(y1, y);
      x2 = Math.max(x2, x);
      y2 = Math.max(y2, y);
    }
    const [wide, high] = [
      Math.min(x2, right) - Math.max(x1, seen.x),
      Math.min(y2, bottom) - Math.max(y1, seen.y),
    ];
    if (wide < 0 || high < 0) return sum;
    // No line is thinner than a pixel on screen.
    return sum + Math.hypot(wide, high) * Math.max(width, 1 / scale);
  }, 0);
  return area / (seen.width * seen.height);
}
