import type { Point } from '../../geometry/rectangle.ts';

/** The point at `t` of one cubic segment. */
export function cubicAt(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const s = 1 - t;
  const mix = (p: number, q: number, r: number, u: number) =>
    s * s * s * p + 3 * s * s * t * q + 3 * s * t * t * r + t * t * t * u;
  return { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
}

/** The segments of a curve given by its start, and two control points and an end per segment. */
export function segmentsOf(points: readonly Point[]): [Point, Point, Point, Point][] {
  const segments: [Point, Point, Point, Point][] = [];
  for (let i = 0; i + 3 < points.length; i += 3) {
    segments.push(points.slice(i, i + 4) as [Point, Point, Point, Point]);
  }
  return segments;
}
