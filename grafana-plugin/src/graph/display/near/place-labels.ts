import { createOccupancy } from '../../geometry/occupancy.ts';
import type { Point, Rectangle } from '../../geometry/rectangle.ts';
import { cubicAt, segmentsOf } from './bezier.ts';
import type { Card, Curve, EdgeLabel } from './display-list.ts';

/** Candidate positions of a label along a segment, best first: beyond the middle, where a fan-out has spread. */
const POSITIONS = [0.6, 0.52, 0.68, 0.44, 0.75, 0.36, 0.28, 0.82];
/** Number of points per segment that labels of other curves should not cover. */
const SAMPLES = 10;

/** With more curves than this, every label covers some, and a search for free space takes seconds. */
const MOST_AVOIDED = 2000;

/** Distance of the label of a loop from the loop and from the card. */
const LOOP_GAP = 4;

/** A label and its size. */
export interface LabelSize {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Places a label on each curve so that it covers no card, no other label and, if possible, no other curve. The widest
 * curves are placed first. A curve has no label if none of its labels fits (its tooltip still shows it).
 *
 * @param sizesOf the labels of a curve: the first that fits is used
 */
export function placeLabels(
  curves: readonly Curve[],
  cards: readonly Card[],
  sizesOf: (key: string) => readonly LabelSize[],
): EdgeLabel[] {
  const taken = createOccupancy();
  for (const card of cards) taken.add(card, card.key);
  const lines = createOccupancy();
  for (const { key, points } of curves.length > MOST_AVOIDED ? [] : curves) {
    for (const segment of segmentsOf(points)) {
      for (let i = 0; i <= SAMPLES; i++) {
        lines.add({ ...cubicAt(...segment, i / SAMPLES), width: 0, height: 0 }, key);
      }
    }
  }

  for (const { arrow, key } of curves) taken.add(arrowBounds(arrow), key);
  const leaving = Map.groupBy(curves, (curve) => curve.source);
  const arriving = Map.groupBy(curves, (curve) => curve.target);

  const widestFirst = curves.toSorted((a, b) => b.width - a.width);
  return widestFirst.flatMap(({ key, source, target, points, arrow }) => {
    const fansOut = (leaving.get(source)?.length ?? 0) >= (arriving.get(target)?.length ?? 0);
    for (const size of sizesOf(key)) {
      const candidates = arrow.direction === 0 ? [besideLoop(points, size)] : candidatesOn(points, fansOut);
      const placed = findFreeBounds(
        candidates,
        size,
        (bounds) => taken.overlaps(bounds, ''),
        (bounds) => lines.overlaps(bounds, key),
      );
      if (!placed) continue;
      taken.add(placed, key);
      return [{ key, text: size.text, ...placed }];
    }
    return [];
  });
}

/** The first free rectangle around one of the candidates, if possible without covering a curve. */
function findFreeBounds(
  candidates: Iterable<Point>,
  { width, height }: LabelSize,
  isTaken: (bounds: Rectangle) => boolean,
  isCrossed: (bounds: Rectangle) => boolean,
): Rectangle | undefined {
  let crossed: Rectangle | undefined;
  for (const { x, y } of candidates) {
    const bounds = { x: x - width / 2, y: y - height / 2, width, height };
    if (isTaken(bounds)) continue;
    if (!isCrossed(bounds)) return bounds;
    crossed ??= bounds;
  }
  return crossed;
}

/** Candidates on a curve, best first: where it passes a layer horizontally, then its part with fewer parallel curves. */
function* candidatesOn(points: readonly Point[], late: boolean): Generator<Point> {
  const segments = segmentsOf(points);
  // Gaps between columns are the even segments; the odd ones pass a column.
  const nearestFirst = late ? segments.toReversed() : segments;
  for (let i = 1; i < nearestFirst.length; i += 2) {
    const pass = nearestFirst[i];
    if (pass) yield cubicAt(...pass, 0.5);
  }
  for (let i = 0; i < nearestFirst.length; i += 2) {
    const gap = nearestFirst[i];
    if (gap) for (const t of POSITIONS) yield cubicAt(...gap, late ? t : 1 - t);
  }
}

/** A loop is too small for its label, which is placed left of it, on the card. */
function besideLoop([start = { x: 0, y: 0 }]: readonly Point[], { width, height }: LabelSize): Point {
  return { x: start.x - width / 2 - LOOP_GAP, y: start.y - height / 2 - LOOP_GAP };
}

const arrowBounds = ({ tip, direction, length }: Curve['arrow']) => ({
  x: direction === 0 ? tip.x - length / 2 : Math.min(tip.x, tip.x - direction * length),
  y: direction === 0 ? tip.y - length : tip.y - length / 2,
  width: length,
  height: length,
});
