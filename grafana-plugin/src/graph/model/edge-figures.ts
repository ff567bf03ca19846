import { bytesOf } from './figures.ts';
import type { GraphEdge } from './graph.ts';
import type { Figures } from './half-edge.ts';

/** A figure of an edge: from a query, or derived from those. */
export type FigureName = keyof Figures | 'bytes' | 'failureShare';

/** The figures that the width and the colour of an edge can show. */
export const AMOUNTS = [
  'bytes',
  'transmit',
  'receive',
  'opened',
  'failed',
  'failureShare',
  'open',
  'rtt',
] as const satisfies readonly FigureName[];
export type Amount = (typeof AMOUNTS)[number];

/** A figure of an edge in its unit: connections, bytes, seconds, or a ratio from 0 to 1. Undefined where it is not known. */
export function figureOf({ figures }: Pick<GraphEdge, 'figures'>, name: FigureName): number | undefined {
  if (name === 'bytes') return bytesOf(figures);
  if (name !== 'failureShare') return figures[name];
  const { failed, opened = 0 } = figures;
  return failed === undefined || failed + opened === 0 ? undefined : failed / (failed + opened);
}
