import { option } from './option.ts';
import { type Moment, parseTime } from './parse-time.ts';
import { UsageError } from './usage-error.ts';

/** From one time to another; unix seconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The options of every command that looks at a range of time. */
export const RANGE_OPTIONS = {
  from: option({
    value: 'TIME',
    help: 'from when: 1h (ago), now-1h, 2026-11-23 10:00 (local time), RFC 3339 or unix seconds',
    parse: parseTime,
    default: '1h',
  }),
  to: option({ value: 'TIME', help: 'until when', parse: parseTime, default: 'now' }),
};

/** Throws `UsageError` for a range that ends before it begins, or begins in the future. */
export function rangeOf({ from, to }: { from: Moment; to: Moment }, now: number): Range {
  const range = { from: from(now), to: to(now) };
  const at = (time: number) => new Date(time * 1000).toISOString();
  if (range.from >= range.to)
    throw new UsageError(
      `the range ends (${at(range.to)}) before it begins (${at(range.from)}): see --from and --to`,
    );
  if (range.from > now) throw new UsageError(`--from: ${at(range.from)} is in the future`);
  return range;
}
