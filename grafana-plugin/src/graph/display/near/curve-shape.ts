import type { Point } from '../../geometry/rectangle.ts';
import type { EdgeState } from '../../model/graph.ts';
import type { Curve } from './display-list.ts';

/** The three corners of the arrowhead of a curve, tip first; undefined if it has none. */
export function arrowhead({ arrow, width }: Curve, enlarged = 1): readonly Point[] | undefined {
  const { tip, direction } = arrow;
  if (arrow.length === 0) return undefined;
  const length = arrow.length * enlarged;
  const half = (3.5 + width * 0.7) * enlarged;
  const back = { x: tip.x - direction * length, y: tip.y - (direction === 0 ? length : 0) };
  const [dx, dy] = direction === 0 ? [half, 0] : [0, half];
  return [tip, { x: back.x - dx, y: back.y - dy }, { x: back.x + dx, y: back.y + dy }];
}

/**
 * Width of the outline of a curve with a custom colour, on each side. The outline has the colour of its states or of
 * the theme, so that the curve is visible on any background and its states are shown.
 */
export const CASING = 1.5;

/** States of edges that are absent now: drawn dotted, so that colour is not needed to see it. */
const ABSENT: readonly EdgeState[] = ['vanished', 'missing'];

/** Lengths of the dashes and gaps of a curve; empty for a solid line. */
export function dashesOf({ seenBy, states }: Pick<Curve, 'seenBy' | 'states'>): readonly number[] {
  if (seenBy === 'none' || states.some((state) => ABSENT.includes(state))) return [1.5, 5];
  return seenBy === 'both' || seenBy === 'unknown' ? [] : [6, 4];
}
