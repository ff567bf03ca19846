import type { LayoutSizes, Point } from './layout.ts';

const MOST = 1.6;

/**
 * Brings a layout nearer to the wanted aspect, so that it fills its panel. One that is too tall is widened,
 * nodes and all: its height sets the scale, and names gain room. One that is too wide gets its rows apart.
 */
export function stretch(
  corners: readonly Point[],
  { width, height, aspect }: LayoutSizes,
): { width: number; corners: readonly Point[] } {
  const right = corners.reduce((most, { x }) => Math.max(most, x + width), 0);
  const bottom = corners.reduce((most, { y }) => Math.max(most, y + height), 0);
  if (right === 0 || bottom === 0) return { width, corners };
  const wider = Math.max(1, Math.min(MOST, (bottom * aspect) / right));
  const taller = Math.max(1, Math.min(MOST, right / aspect / bottom));
  return { width: width * wider, corners: corners.map(({ x, y }) => ({ x: x * wider, y: y * taller })) };
}
