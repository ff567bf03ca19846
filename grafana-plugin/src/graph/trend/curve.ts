import type { TrendPoints } from './points.ts';

/** The size of a curve in pixels. */
export interface CurveSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The SVG path of points in a box, scaled from zero to the greatest value, so that small changes look small. It is
 * interrupted where values are unknown; an isolated point is drawn as a dash.
 */
export function curvePath({ values }: TrendPoints, { width, height }: CurveSize): string {
  const most = values.reduce<number>((max, value) => Math.max(max, value ?? 0), 0) || 1;
  const step = values.length > 1 ? width / (values.length - 1) : width;
  const x = (at: number) => Math.round(at * step * 10) / 10;
  const y = (value: number) => Math.round((height - (value / most) * height) * 10) / 10;
  return values
    .map((value, at) => {
      if (value === null) return '';
      const isStart = typeof values[at - 1] !== 'number';
      const isAlone = isStart && typeof values[at + 1] !== 'number';
      return `${isStart ? 'M' : 'L'}${x(at)} ${y(value)}${isAlone ? 'h2' : ''}`;
    })
    .join('');
}
