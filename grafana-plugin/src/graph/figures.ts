import type { Figures } from './half-edge.ts';

const MEAN = new Set<keyof Figures>(['rtt']);
const LATEST = new Set<keyof Figures>(['lastSeen']);
const NAMES = ['opened', 'transmit', 'receive', 'open', 'rtt', 'lastSeen'] as const;

/** Adds figures up: counts and bytes are summed, round-trip times averaged, of times the latest is kept. */
export function sumFigures(all: readonly Figures[]): Figures {
  const sum: Figures = {};
  for (const name of NAMES) {
    const values = all.flatMap((figures) => figures[name] ?? []);
    if (values.length === 0) continue;
    if (LATEST.has(name)) sum[name] = values.reduce((a, b) => Math.max(a, b));
    else sum[name] = values.reduce((a, b) => a + b) / (MEAN.has(name) ? values.length : 1);
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

/** All bytes of an edge, both ways, or undefined when no query told them. */
export const bytesOf = ({ transmit, receive }: Figures): number | undefined =>
  transmit === undefined && receive === undefined ? undefined : (transmit ?? 0) + (receive ?? 0);
