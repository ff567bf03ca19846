import type { TimeRange } from '../config/range-options.ts';

/** A part of a range that is read from one resolution of the series: half a minute or an hour. */
export interface Piece {
  readonly hourly: boolean;
  /** Milliseconds; `from` is exclusive, `to` inclusive. */
  readonly from: number;
  readonly to: number;
}

const HOUR = 3_600_000;

/** Delay in ms between the end of an hour and its recording. */
export const RECORDING_DELAY = 60_000;

/** A range of one millisecond cannot exclude its start. */
const SHORTEST = 2;

/**
 * Covers the hours inside a range by the hourly series, and the rest (the start and end of the range, and missing hours) by the
 * fine one. `hours` are the times (ms) at which hours were recorded, `RECORDING_DELAY` after their end. They need not be
 * full hours: Prometheus shifts each rule group by an offset.
 */
export function piecesOf({ from, to }: TimeRange, hours: readonly number[]): Piece[] {
  const start = Math.round(from * 1000);
  const end = Math.round(to * 1000);
  const pieces: Piece[] = [];
  let done = start;
  const ends = hours.map((recorded) => recorded - RECORDING_DELAY);
  for (const hour of ends.sort((one, other) => one - other)) {
    if (hour - HOUR < done || hour > end) continue;
    if (hour - HOUR > done) pieces.push({ hourly: false, from: done, to: hour - HOUR });
    const last = pieces.at(-1);
    if (last?.hourly) pieces.splice(-1, 1, { ...last, to: hour });
    else pieces.push({ hourly: true, from: hour - HOUR, to: hour });
    done = hour;
  }
  if (done < end) pieces.push({ hourly: false, from: done, to: end });
  return pieces.filter(({ from, to }) => to - from >= SHORTEST);
}

/**
 * Like `piecesOf`, for times of last use: the hour in which the range starts can be read as a whole, because its last
 * use shows whether it was within the range. This saves reading half an hour of the fine series for every process.
 */
export function piecesOfLastUse(range: TimeRange, hours: readonly number[]): Piece[] {
  const ends = hours.map((recorded) => recorded - RECORDING_DELAY);
  const inside = ends.filter((hour) => hour > range.from * 1000 && hour <= range.to * 1000);
  const from = Math.min(range.from, (Math.min(...inside) - HOUR) / 1000);
  return piecesOf({ ...range, from }, hours);
}

/**
 * The range selector and the time (unix seconds) that select exactly the samples of a piece. No sample lies at the
 * start of the range, because versions differ in whether they include it (Prometheus 3 does not).
 */
export function windowOf({ hourly, from, to }: Piece): { range: string; time: number } {
  // Hourly samples come once an hour, and the first is an hour after `from`.
  const length = hourly ? to - from - HOUR + 1000 : to - from - 1;
  return { range: `[${Math.max(1, length)}ms]`, time: (hourly ? to + RECORDING_DELAY : to) / 1000 };
}
