import { bytesOf } from './figures.ts';
import type { GraphEdge } from './graph.ts';
import type { Figures } from './half-edge.ts';

/** What a number of an edge tells: as queries gave it, or made of what they gave. */
export type FigureName = keyof Figures | 'bytes' | 'failureShare';

/** Those that say how much there is of something: the width and the colour of an edge may tell one. */
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

/** A figure of an edge in its unit: connections, bytes, seconds, or a share of 1. Undefined where nothing tells it. */
export function figureOf({ figures }: Pick<GraphEdge, 'figures'>, name: FigureName): number | undefined {
  if (name === 'bytes') return bytesOf(figures);
  if (name !== 'failureShare') return figures[name];
  const { failed, opened = 0 } = figures;
  return failed === undefined || failed + opened === 0 ? undefined : failed / (failed + opened);
}
