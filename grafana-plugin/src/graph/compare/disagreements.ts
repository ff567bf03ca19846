import { mirrorFigures, TOLERANCE } from '../model/figures.ts';
import type { GraphEdge } from '../model/graph.ts';
import type { Figures } from '../model/half-edge.ts';

/** A figure that both endpoints reported with different values. */
export interface Disagreement {
  readonly figure: keyof Figures;
  readonly source: number;
  readonly destination: number;
}

/** Figures that both endpoints count. Round-trip times differ by nature, and failed connections never reach the listener. */
const SHARED = ['opened', 'open', 'transmit', 'receive'] as const;

/** The endpoints are not read at the same time: small differences in connections and bytes are normal. */
const LEAST: Readonly<Record<(typeof SHARED)[number], number>> = {
  opened: TOLERANCE.connections,
  open: TOLERANCE.connections,
  transmit: 65_536,
  receive: 65_536,
};

/** Lists the figures in which the two reports of an edge differ by more than a share of the larger one. */
export function disagreementsOf(
  { atSource, atDestination }: GraphEdge,
  tolerance = TOLERANCE.share,
): Disagreement[] {
  if (!atSource || !atDestination) return [];
  const mirrored = mirrorFigures(atDestination);
  return SHARED.flatMap((figure): Disagreement[] => {
    const [source, destination] = [atSource[figure], mirrored[figure]];
    if (source === undefined || destination === undefined) return [];
    const difference = Math.abs(source - destination);
    const isSignificant =
      difference > LEAST[figure] && difference > tolerance * Math.max(source, destination);
    return isSignificant ? [{ figure, source, destination }] : [];
  });
}
