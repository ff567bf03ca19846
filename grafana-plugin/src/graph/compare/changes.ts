import { bytesOf } from '../model/figures.ts';
import type { Figures } from '../model/half-edge.ts';

/** How long the ranges are, in one unit: counts of ranges that differ in length are compared as rates. */
export interface RangeLengths {
  readonly current: number;
  readonly previous: number;
}

/** A figure that has changed by more than chance does. */
export interface FigureChange {
  readonly figure: 'opened' | 'failed' | 'bytes' | 'rtt';
  readonly current: number;
  /** As it would be in a range as long as this one. */
  readonly previous: number;
}

/** Figures change by at least this factor, or to or from nothing. */
const FACTOR = 2;
/** Counts of independent events stray by about their square root: three times that is no chance. */
const SPREAD = 3;
const LEAST_BYTES = 65_536;
const LEAST_RTT = 0.001;

/** Lists what has changed much between two ranges. A figure that one of them does not tell has not. */
export function changesOf(now: Figures, before: Figures, ranges: RangeLengths): FigureChange[] {
  const scale = ranges.previous > 0 ? ranges.current / ranges.previous : 1;
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
  name: FigureChange['figure'],
  now: number | undefined,
  before: number | undefined,
  least: (most: number) => number,
): FigureChange | undefined {
  if (now === undefined || before === undefined) return undefined;
  const [low, high] = [Math.min(now, before), Math.max(now, before)];
  return high >= low * FACTOR && high - low > least(high)
    ? { figure: name, current: now, previous: before }
    : undefined;
}
