/** A range of time in Unix milliseconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `1d`, `90m`, `1h30m`: days and weeks are of 24 hours each, whatever the clocks did. */
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
 * The range that another is compared with.
 *
 * @param choice `before`: the one that ends where this one begins; a duration such as `1d`: the same, that much
 *   earlier; `FROM/TO`, both as ISO 8601: just that
 * @returns undefined where the choice is none of these
 */
export function previousRange(choice: string, { from, to }: TimeRange): TimeRange | undefined {
  if (choice.includes('/')) {
    const [start = Number.NaN, end = Number.NaN, ...more] = choice.split('/').map((text) => Date.parse(text));
    return start < end && more.length === 0 ? { from: start, to: end } : undefined;
  }
  const earlier = choice === 'before' ? to - from : toMilliseconds(choice);
  return earlier === undefined ? undefined : { from: from - earlier, to: to - earlier };
}
