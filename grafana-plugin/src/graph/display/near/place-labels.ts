import { createOccupancy } from '../../geometry/occupancy.ts';
import type { Point, Rectangle } from '../../geometry/rectangle.ts';
import { cubicAt, segmentsOf } from './bezier.ts';
import type { Card, Curve, EdgeLabel } from './display-list.ts';

/** Where along a segment a label may stand, best first: past the middle, where a fan-out has spread. */
const PLACES = [0.6, 0.52, 0.68, 0.44, 0.75, 0.36, 0.28, 0.82];
/** Points of a curve that a label of another one should not cover. */
const SAMPLES = 10;

/** Where more curves run than this, a text covers some wherever it stands: looking for room takes seconds. */
const MOST_AVOIDED = 2000;

/** Distance of a loop's text from the loop and from the card. */
const LOOP_GAP = 4;

/** A text and the room it needs. */
export interface LabelSize {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Puts a text on each curve where it covers no card and no other text, if possible no other curve. The
 * widest curves choose first; where there is no room for any text of a curve it has none (the edge still tells it when
 * pointed at).
 *
 * @param sizesOf the texts of a curve: the first that has room is put there
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

  for (const { arrow, key } of curves) taken.add(arrowRoom(arrow), key);
  const leaving = Map.groupBy(curves, (curve) => curve.source);
  const arriving = Map.groupBy(curves, (curve) => curve.target);

  const widestFirst = curves.toSorted((a, b) => b.width - a.width);
  return widestFirst.flatMap(({ key, source, target, points, arrow }) => {
    const fansOut = (leaving.get(source)?.length ?? 0) >= (arriving.get(target)?.length ?? 0);
    for (const size of sizesOf(key)) {
      const candidates = arrow.direction === 0 ? [besideLoop(points, size)] : spots(points, fansOut);
      const place = findRoom(
        candidates,
        size,
        (room) => taken.overlaps(room, ''),
        (room) => lines.overlaps(room, key),
      );
      if (!place) continue;
      taken.add(place, key);
      return [{ key, text: size.text, ...place }];
    }
    return [];
  });
}

/** The first free room around one of some spots, if possible one that covers no curve. */
function findRoom(
  candidates: Iterable<Point>,
  { width, height }: LabelSize,
  isTaken: (room: Rectangle) => boolean,
  isCrossed: (room: Rectangle) => boolean,
): Rectangle | undefined {
  let crossed: Rectangle | undefined;
  for (const { x, y } of candidates) {
    const room = { x: x - width / 2, y: y - height / 2, width, height };
    if (isTaken(room)) continue;
    if (!isCrossed(room)) return room;
    crossed ??= room;
  }
  return crossed;
}

/** Spots on a curve, best first: where it passes a layer level, then the end where fewer others run along. */
function* spots(points: readonly Point[], late: boolean): Generator<Point> {
  const segments = segmentsOf(points);
  // Gaps between columns are the even segments; the odd ones pass a column.
  const nearestFirst = late ? segments.toReversed() : segments;
  for (let i = 1; i < nearestFirst.length; i += 2) {
    const pass = nearestFirst[i];
    if (pass) yield cubicAt(...pass, 0.5);
  }
  for (let i = 0; i < nearestFirst.length; i += 2) {
    const gap = nearestFirst[i];
    if (gap) for (const t of PLACES) yield cubicAt(...gap, late ? t : 1 - t);
  }
}

/** A loop is too small to bear its text: that stands left of it, on the card. */
function besideLoop([start = { x: 0, y: 0 }]: readonly Point[], { width, height }: LabelSize): Point {
  return { x: start.x - width / 2 - LOOP_GAP, y: start.y - height / 2 - LOOP_GAP };
}

const arrowRoom = ({ tip, direction, length }: Curve['arrow']) => ({
  x: direction === 0 ? tip.x - length / 2 : Math.min(tip.x, tip.x - direction * length),
  y: direction === 0 ? tip.y - length : tip.y - length / 2,
  width: length,
  height: length,
});
