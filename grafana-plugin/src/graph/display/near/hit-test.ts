import { contains, type Point } from '../../geometry/rectangle.ts';
import type { GraphElement } from '../../model/graph.ts';
import { cubicAt, segmentsOf } from './bezier.ts';
import type { DisplayList } from './display-list.ts';

const STEPS = 16;

/** Finds the element at a point: cards are above labels, labels above curves; of the curves, the nearest. */
export function hitTest(display: DisplayList, point: Point, tolerance: number): GraphElement | undefined {
  const card = display.cards.find((each) => contains(each, point));
  if (card) return { type: 'node', key: card.key };
  const label = display.labels.find((each) => contains(each, point));
  if (label) return { type: 'edge', key: label.key };
  let nearest: GraphElement | undefined;
  let least = Infinity;
  for (const { key, points, width } of display.curves) {
    const reach = tolerance + width / 2;
    const distance = distanceTo(points, point, reach);
    if (distance <= reach && distance < least) {
      least = distance;
      nearest = { type: 'edge', key };
    }
  }
  return nearest;
}

/** The distance to a curve, or infinity if it is clearly out of reach. */
function distanceTo(points: readonly Point[], point: Point, reach: number): number {
  let least = Infinity;
  for (const segment of segmentsOf(points)) {
    const xs = segment.map(({ x }) => x);
    const ys = segment.map(({ y }) => y);
    // A cubic stays within the hull of its points.
    if (point.x < Math.min(...xs) - reach || point.x > Math.max(...xs) + reach) continue;
    if (point.y < Math.min(...ys) - reach || point.y > Math.max(...ys) + reach) continue;
    let from = segment[0];
    for (let i = 1; i <= STEPS; i++) {
      const to = cubicAt(...segment, i / STEPS);
      least = Math.min(least, distanceToLine(from, to, point));
      from = to;
    }
  }
  return least;
}

export function distanceToLine(a: Point, b: Point, p: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const t = length > 0 ? Math.max(0, Math.min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length)) : 0;
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}
