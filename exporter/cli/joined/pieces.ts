import type { TimeRange } from '../config/range-options.ts';

/** A part of a range that is read from one form of the series: from every half minute, or from every hour. */
export interface Piece {
  readonly hourly: boolean;
  /** Milliseconds; the part is what lies after `from`, up to and with `to`. */
  readonly from: number;
  readonly to: number;
}

const HOUR = 3_600_000;

/** An hour is recorded this long after it has ended. */
export const LATE = 60_000;

/** In one millisecond alone, of 30,000, no range that leaves out its beginning can be asked for. */
const SHORTEST = 2;

/**
 * Takes the hours that lie inside a range from the hourly form, and what is left at its ends, and where an hour is
 * missing, from the fine one. `hours` are the times (milliseconds) at which hours were recorded, each `LATE`. They need not be full hours: Prometheus shifts a rule group by a time of its own.
 */
export function piecesOf({ from, to }: TimeRange, hours: readonly number[]): Piece[] {
  const begin = Math.round(from * 1000);
  const end = Math.round(to * 1000);
  const pieces: Piece[] = [];
  let done = begin;
  const ends = hours.map((recorded) => recorded - LATE);
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
 * As `piecesOf`, for times of last use: the hour in which the range begins may be taken whole, as its last use tells
 * whether there was one within the range. Saves the fine form of half an hour, at each process of the estate.
 */
export function piecesOfLastUse(range: TimeRange, hours: readonly number[]): Piece[] {
  const ends = hours.map((recorded) => recorded - LATE);
  const inside = ends.filter((hour) => hour > range.from * 1000 && hour <= range.to * 1000);
  const from = Math.min(range.from, (Math.min(...inside) - HOUR) / 1000);
  return piecesOf({ ...range, from }, hours);
}

/**
 * The range selector and the time (unix seconds) that take exactly the samples of a piece. It differs among versions
 * whether a range holds the sample at its very beginning (Prometheus 3 leaves it out), so none is there.
 */
export function windowOf({ hourly, from, to }: Piece): { range: string; time: number } {
  // The samples of hours are an hour apart, and the first is an hour after `from`.
  const length = hourly ? to - from - HOUR + 1000 : to - from - 1;
  return { range: `[${Math.max(1, length)}ms]`, time: (hourly ? to + LATE : to) / 1000 };
}
