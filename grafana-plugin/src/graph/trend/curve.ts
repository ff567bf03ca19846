import type { TrendPoints } from './points.ts';

/** The size of a curve in pixels. */
export interface CurveSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The path of points in a box, from zero at its foot up to the greatest value: else what hardly changes looks as if it
 * did. It stops where nothing is known; a point alone is a dash.
 */
export function curvePath({ values }: TrendPoints, { width, height }: CurveSize): string {
  const most = values.reduce<number>((max, value) => Math.max(max, value ?? 0), 0) || 1;
  const step = values.length > 1 ? width / (values.length - 1) : width;
  const x = (at: number) => Math.round(at * step * 10) / 10;
  const y = (value: number) => Math.round((height - (value / most) * height) * 10) / 10;
  return values
    .map((value, at) => {
      if (value === null) return '';
      const begins = typeof values[at - 1] !== 'number';
      const isAlone = begins && typeof values[at + 1] !== 'number';
      return `${begins ? 'M' : 'L'}${x(at)} ${y(value)}${isAlone ? 'h2' : ''}`;
    })
    .join('');
}
