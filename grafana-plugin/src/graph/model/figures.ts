import type { Figures } from './half-edge.ts';

const COUNTS = ['opened', 'failed', 'transmit', 'receive', 'open'] as const;

/**
 * Adds figures up: counts and bytes are summed, round-trip times averaged by the connections they were measured on,
 * of times the latest is kept.
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

/** The same traffic as the other end of the connection sees it: what one sends, the other receives. */
export function mirrorFigures({ transmit, receive, ...rest }: Figures): Figures {
  return {
    ...rest,
    ...(receive === undefined ? {} : { transmit: receive }),
    ...(transmit === undefined ? {} : { receive: transmit }),
  };
}

/** One edge's figures from the source's side: its own report wins, the destination's fills what it lacks. */
export function combineFigures(atSource: Figures | undefined, atDestination: Figures | undefined): Figures {
  const combined = { ...mirrorFigures(atDestination ?? {}), ...atSource };
  const lastSeen = Math.max(atSource?.lastSeen ?? 0, atDestination?.lastSeen ?? 0);
  return lastSeen > 0 ? { ...combined, lastSeen } : combined;
}

/** Whether figures were told, and all of them tell that nothing was carried. */
export function isIdle(figures: Figures): boolean {
  let told = false;
  for (const name of COUNTS) {
    const value = figures[name];
    if (value !== undefined && value !== 0) return false;
    told ||= value === 0;
  }
  return told;
}

/** All bytes of an edge, both ways, or undefined when no query told them. */
export const bytesOf = ({ transmit, receive }: Figures): number | undefined =>
  transmit === undefined && receive === undefined ? undefined : (transmit ?? 0) + (receive ?? 0);
