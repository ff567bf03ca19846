import type { TimeRange } from '../compare/previous-range.ts';

/** Values at the end of each step. */
export interface TrendPoints {
  /** Unix milliseconds. */
  readonly times: readonly number[];
  /** Null where the value is unknown. */
  readonly values: readonly (number | null)[];
}

/**
 * Spreads the samples of a range query over all of its steps: Prometheus omits steps without a value.
 *
 * @param gap the value of such steps
 */
export function spreadPoints(
  times: ArrayLike<number>,
  values: ArrayLike<number | null>,
  { from, to }: TimeRange,
  stepMs: number,
  gap: number | null,
): TrendPoints {
  const known = new Map(
    Array.from(times, (time, at) => [time, Number.isFinite(values[at]) ? (values[at] ?? gap) : gap]),
  );
  // Samples are aligned to steps.
  const offset = (times[0] ?? 0) % stepMs;
  const first = Math.ceil((from - offset) / stepMs) * stepMs + offset;
  const count = Math.max(0, Math.floor((to - first) / stepMs) + 1);
  const all = Array.from({ length: count }, (_, step) => first + step * stepMs);
  return { times: all, values: all.map((time) => known.get(time) ?? gap) };
}
