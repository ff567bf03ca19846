import type { Point } from '../layout/layout-graph.ts';
import { cubicAt, segmentsOf } from './bezier.ts';
import type { Card, Curve, EdgeLabel, Rectangle } from './display-list.ts';

/** Where along a segment a label may stand, best first. */
const PLACES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78];

/**
 * Puts each text on its curve where it covers neither a card nor another text. The widest curves choose
 * first; a text without room is left out (the edge still tells it when pointed at).
 */
export function placeLabels(
  curves: readonly Curve[],
  cards: readonly Card[],
  size: (key: string) => { text: string; width: number; height: number } | undefined,
): EdgeLabel[] {
  const taken = createOccupancy(cards);
  const widestFirst = [...curves].sort((a, b) => b.width - a.width);
  return widestFirst.flatMap((curve) => {
    const label = size(curve.key);
    if (!label) return [];
    for (const { x, y } of spots(curve.points, curve.arrow.direction)) {
      const place = { ...label, x: x - label.width / 2, y: y - label.height / 2 };
      if (!taken.overlaps(place)) {
        taken.add(place);
        return [{ key: curve.key, ...place }];
      }
    }
    return [];
  });
}

function spots(points: readonly Point[], direction: number): Point[] {
  if (direction === 0) return segmentsOf(points).map((segment) => cubicAt(...segment, 0.5));
  // The gaps between columns are the odd segments; the ones in between pass a column.
  const gaps = segmentsOf(points).filter((_, i) => i % 2 === 0);
  return PLACES.flatMap((t) => gaps.map((segment) => cubicAt(...segment, t)));
}

const BUCKET = 200;

/** Remembers rectangles by coarse buckets, so that many labels stay cheap. */
function createOccupancy(initial: readonly Rectangle[]) {
  const buckets = new Map<string, Rectangle[]>();
  const keysOf = ({ x, y, width, height }: Rectangle) => {
    const keys: string[] = [];
    for (let i = Math.floor(x / BUCKET); i <= Math.floor((x + width) / BUCKET); i++) {
      for (let j = Math.floor(y / BUCKET); j <= Math.floor((y + height) / BUCKET); j++)
        keys.push(`${i} ${j}`);
    }
    return keys;
  };
  const add = (rectangle: Rectangle) => {
    for (const key of keysOf(rectangle)) buckets.set(key, [...(buckets.get(key) ?? []), rectangle]);
  };
  initial.forEach(add);
  return {
    add,
    overlaps: (a: Rectangle) =>
      keysOf(a).some((key) => (buckets.get(key) ?? []).some((b) => intersects(a, b))),
  };
}

const intersects = (a: Rectangle, b: Rectangle) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
