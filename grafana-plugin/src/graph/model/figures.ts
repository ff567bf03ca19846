import type { Figures } from './half-edge.ts';

const COUNTS = ['opened', 'failed', 'transmit', 'receive', 'open'] as const;

/**
 * Adds up figures: counts and bytes are summed, round-trip times are averaged by the connections they were measured
 * on, and the latest timestamp is kept.
 */
export function sumFigures(all: readonly Figures[]): Figures {
  if (all.length === 1) return { ...all[0] };
  const sum: Figures = {};
  let weights = 0;
  for (const figures of all) {
    for (const name of COUNTS) {
      const value = figures[name];
      if (value !== undefined) sum[name] = (sum[name] ?? 0) + value;
    }
    const { rtt, lastSeen } = figures;
    if (lastSeen !== undefined) sum.lastSeen = Math.max(sum.lastSeen ?? lastSeen, lastSeen);
    if (rtt !== undefined) {
      const weight = Math.max(1, figures.open ?? figures.opened ?? 1);
      weights += weight;
      sum.rtt = (sum.rtt ?? 0) + (rtt - (sum.rtt ?? 0)) * (weight / weights);
    }
  }
  return sum;
}

/** The same traffic as the peer observes it: transmit and receive swapped. */
export function mirrorFigures({ transmit, receive, ...rest }: Figures): Figures {
  return {
    ...rest,
    ...(receive === undefined ? {} : { transmit: receive }),
    ...(transmit === undefined ? {} : { receive: transmit }),
  };
}

/** The figures of an edge from the source's side: the source's report takes precedence over the destination's. */
export function combineFigures(atSource: Figures | undefined, atDestination: Figures | undefined): Figures {
  const combined = { ...mirrorFigures(atDestination ?? {}), ...atSource };
  const lastSeen = Math.max(atSource?.lastSeen ?? 0, atDestination?.lastSeen ?? 0);
  return lastSeen > 0 ? { ...combined, lastSeen } : combined;
}

/** The endpoints are not read at the same time: differences up to this number of connections, and this share, are normal. */
export const TOLERANCE: { readonly connections: number; readonly share: number } = {
  connections: 5,
  share: 0.1,
};

/**
 * The connections that a source has counted, and that none of its destinations has: failed attempts, and established
 * connections beyond the tolerance. Undefined if there are none.
 */
export function restOf(atSource: Figures, atDestinations: Figures): Figures | undefined {
  const { opened = 0, failed = 0, lastSeen } = atSource;
  const missing = opened - (atDestinations.opened ?? 0);
  const isMissing = missing > Math.max(TOLERANCE.connections, TOLERANCE.share * opened);
  if (failed === 0 && !isMissing) return undefined;
  return {
    ...(isMissing && { opened: missing }),
    ...(failed > 0 && { failed }),
    ...(lastSeen !== undefined && { lastSeen }),
  };
}

/** Whether any connection was counted, or any byte. */
export const hasTraffic = (figures: Figures): boolean => COUNTS.some((name) => (figures[name] ?? 0) > 0);

/**
 * Whether it is known that nothing was connected, failed or carried: connections and bytes were counted, and all counts
 * are zero.
 */
export const isIdle = (figures: Figures): boolean =>
  figures.opened !== undefined && bytesOf(figures) !== undefined && !hasTraffic(figures);

/** The bytes of an edge in both directions, or undefined if no query returned any. */
export const bytesOf = ({ transmit, receive }: Figures): number | undefined =>
  transmit === undefined && receive === undefined ? undefined : (transmit ?? 0) + (receive ?? 0);
