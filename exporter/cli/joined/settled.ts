import { RECORDED } from '@musubi/contract/recorded-series';
import type { TimeRange } from '../config/range-options.ts';
import { timeText } from '../config/time-text.ts';
import type { Prometheus } from '../prometheus/client.ts';

/** Offset of the rules in seconds: by then both endpoints have reported. */
export const SETTLE = 60;
/** Seconds between evaluations. */
const INTERVAL = 30;

/** Unix seconds, by the clock of the store. */
export interface StoreClock {
  readonly now: number;
  /** The time up to which dependencies are recorded. */
  readonly settled: number;
}

/** Reads the clock of the store, which all recorded times are by: that of this host can differ. */
export async function readClock(prometheus: Prometheus): Promise<StoreClock> {
  const now = await prometheus.now();
  const [evaluated] = await prometheus.query(`max_over_time(${RECORDED.evaluationTimestamp}[1d])`, now);
  return { now, settled: (evaluated?.value ?? now - INTERVAL) - SETTLE };
}

/** Ends a range where the records end. Throws if it begins later. */
export function settledRange(range: TimeRange, { settled }: StoreClock): TimeRange {
  if (range.to <= settled) return range;
  if (range.from >= settled)
    throw new Error(
      `nothing is recorded yet since ${timeText(range.from)}: records end at ${timeText(settled)}`,
    );
  return { from: range.from, to: settled, requestedTo: range.to };
}
