/** A range of time in Unix milliseconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Parses `1d`, `90m` or `1h30m`. Days have 24 hours, whatever daylight saving time does. */
function toMilliseconds(text: string): number | undefined {
  if (!/^(\d+[smhdw])+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)];
  const sum = parts.reduce(
    (all, [, count, unit]) => all + Number(count) * UNITS[unit as keyof typeof UNITS],
    0,
  );
  return sum > 0 ? sum : undefined;
}

/**
 * The previous range, which the current range is compared with.
 *
 * @param choice `before`: the range of the same length that ends where the current range begins; a duration such as
 *   `1d`: the current range, that much earlier; `FROM/TO`, both in ISO 8601: exactly that range
 * @returns undefined for any other choice
 */
export function previousRange(choice: string, { from, to }: TimeRange): TimeRange | undefined {
  if (choice.includes('/')) {
    const [start = Number.NaN, end = Number.NaN, ...more] = choice.split('/').map((text) => Date.parse(text));
    return start < end && more.length === 0 ? { from: start, to: end } : undefined;
  }
  const earlier = choice === 'before' ? to - from : toMilliseconds(choice);
  return earlier === undefined ? undefined : { from: from - earlier, to: to - earlier };
}
