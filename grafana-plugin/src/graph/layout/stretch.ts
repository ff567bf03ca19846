import type { Layout, Point } from './layout-graph.ts';

const MOST = 1.6;

/**
 * Brings a layout nearer to the wanted aspect, so that it fills its panel. One that is too tall is widened,
 * nodes and all: its height sets the scale, and names gain room. One that is too wide gets its rows apart.
 */
export function stretch(layout: Layout, aspect: number): Layout {
  const corners = [...layout.corners.values()];
  const right = corners.reduce((most, { x }) => Math.max(most, x + layout.width), 0);
  const bottom = corners.reduce((most, { y }) => Math.max(most, y + layout.height), 0);
  if (right === 0 || bottom === 0) return layout;
  const wider = Math.max(1, Math.min(MOST, (bottom * aspect) / right));
  const taller = Math.max(1, Math.min(MOST, right / aspect / bottom));
  const move = ({ x, y }: Point): Point => ({ x: x * wider, y: y * taller });
  return {
    width: layout.width * wider,
    height: layout.height,
    corners: new Map([...layout.corners].map(([key, corner]) => [key, move(corner)])),
    bends: new Map([...layout.bends].map(([key, points]) => [key, points.map(move)])),
  };
}
