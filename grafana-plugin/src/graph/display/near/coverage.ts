import type { Rectangle } from '../../geometry/rectangle.ts';
import type { Curve } from './display-list.ts';

/** Estimates how densely curves cover the visible area: 1 means that their area equals the visible area. */
export function coverageOf(curves: readonly Curve[], visible: Rectangle, scale: number): number {
  const [right, bottom] = [visible.x + visible.width, visible.y + visible.height];
  const area = curves.reduce((sum, { points, width }) => {
    let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { x, y } of points) {
      x1 = Math.min(x1, x);
      y1 = Math.min(y1, y);
      x2 = Math.max(x2, x);
      y2 = Math.max(y2, y);
    }
    const [wide, high] = [
      Math.min(x2, right) - Math.max(x1, visible.x),
      Math.min(y2, bottom) - Math.max(y1, visible.y),
    ];
    if (wide < 0 || high < 0) return sum;
    // Lines are at least one pixel wide on screen.
    return sum + Math.hypot(wide, high) * Math.max(width, 1 / scale);
  }, 0);
  return area / (visible.width * visible.height);
}
