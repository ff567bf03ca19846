import type { Point } from '../../geometry/rectangle.ts';
import type { EdgeState } from '../../model/graph.ts';
import type { Curve } from './display-list.ts';

/** The three corners of a curve's arrowhead, tip first; undefined where it has none. */
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
 * How far the colour of a curve's states, or of the theme, shows at each side of a colour of its own: whatever that
 * is, the curve is seen on any background, and its states are not lost.
 */
export const CASING = 1.5;

/** Not there now: dots, whatever colours one sees. */
const GONE: readonly EdgeState[] = ['vanished', 'missing'];

/** Lengths of the dashes and gaps of a curve; none for a whole line. */
export function dashesOf({ seenBy, states }: Pick<Curve, 'seenBy' | 'states'>): readonly number[] {
  if (seenBy === 'none' || states.some((state) => GONE.includes(state))) return [1.5, 5];
  return seenBy === 'both' ? [] : [6, 4];
}
