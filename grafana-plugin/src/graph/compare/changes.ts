import { bytesOf } from '../model/figures.ts';
import type { Figures } from '../model/half-edge.ts';

/** The lengths of the ranges in the same unit: counts are compared as rates if the lengths differ. */
export interface RangeLengths {
  readonly current: number;
  readonly previous: number;
}

/** A figure that has changed by more than chance. */
export interface FigureChange {
  readonly figure: 'opened' | 'failed' | 'bytes' | 'rtt';
  readonly current: number;
  /** Scaled to the length of the current range. */
  readonly previous: number;
}

/** A change is at least this factor, or to or from zero. */
const FACTOR = 2;
/** Counts of independent events vary by about their square root: three times that is beyond chance. */
const SPREAD = 3;
const LEAST_BYTES = 65_536;
const LEAST_RTT = 0.001;

/** Lists the figures that differ significantly between two ranges. A figure that is unknown in either has not changed. */
export function changesOf(current: Figures, previous: Figures, ranges: RangeLengths): FigureChange[] {
  const scale = ranges.previous > 0 ? ranges.current / ranges.previous : 1;
  const candidates = [
    count('opened', current.opened, previous.opened, scale),
    count('failed', current.failed, previous.failed, scale),
    figure('bytes', bytesOf(current), times(bytesOf(previous), scale), () => LEAST_BYTES),
    figure('rtt', current.rtt, previous.rtt, () => LEAST_RTT),
  ];
  return candidates.filter((change) => change !== undefined);
}

const times = (value: number | undefined, factor: number) =>
  value === undefined ? undefined : value * factor;

const count = (
  name: 'opened' | 'failed',
  current: number | undefined,
  previous: number | undefined,
  scale: number,
) => figure(name, current, times(previous, scale), (most) => SPREAD * Math.sqrt(most * Math.max(1, scale)));

function figure(
  name: FigureChange['figure'],
  current: number | undefined,
  previous: number | undefined,
  least: (most: number) => number,
): FigureChange | undefined {
  if (current === undefined || previous === undefined) return undefined;
  const [low, high] = [Math.min(current, previous), Math.max(current, previous)];
  return high >= low * FACTOR && high - low > least(high) ? { figure: name, current, previous } : undefined;
}
