import { bytesOf } from '../model/figures.ts';
import type { Figures } from '../model/half-edge.ts';

/** How long the ranges are, in one unit: counts of ranges that differ in length are compared as rates. */
export interface Ranges {
  readonly now: number;
  readonly before: number;
}

/** A figure that has changed by more than chance does. */
export interface Change {
  readonly figure: 'opened' | 'failed' | 'bytes' | 'rtt';
  readonly now: number;
  /** As it would be in a range as long as this one. */
  readonly before: number;
}

/** Figures change by at least this factor, or to or from nothing. */
const FACTOR = 2;
/** Counts of independent events stray by about their square root: three times that is no chance. */
const SPREAD = 3;
const LEAST_BYTES = 65_536;
const LEAST_RTT = 0.001;

/** Lists what has changed much between two ranges. A figure that one of them does not tell has not. */
export function changesOf(now: Figures, before: Figures, ranges: Ranges): Change[] {
  const scale = ranges.before > 0 ? ranges.now / ranges.before : 1;
  const candidates = [
    count('opened', now.opened, before.opened, scale),
    count('failed', now.failed, before.failed, scale),
    figure('bytes', bytesOf(now), times(bytesOf(before), scale), () => LEAST_BYTES),
    figure('rtt', now.rtt, before.rtt, () => LEAST_RTT),
  ];
  return candidates.filter((change) => change !== undefined);
}

const times = (value: number | undefined, factor: number) =>
  value === undefined ? undefined : value * factor;

const count = (
  name: 'opened' | 'failed',
  now: number | undefined,
  before: number | undefined,
  scale: number,
) => figure(name, now, times(before, scale), (most) => SPREAD * Math.sqrt(most * Math.max(1, scale)));

function figure(
  name: Change['figure'],
  now: number | undefined,
  before: number | undefined,
  least: (most: number) => number,
): Change | undefined {
  if (now === undefined || before === undefined) return undefined;
  const [low, high] = [Math.min(now, before), Math.max(now, before)];
  return high >= low * FACTOR && high - low > least(high) ? { figure: name, now, before } : undefined;
}
