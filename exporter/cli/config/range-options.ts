import { option } from './option.ts';
import { parseTime, type TimeOf } from './parse-time.ts';
import { UsageError } from './usage-error.ts';

/** A range of time in unix seconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
  /** The end that the user requested, if the records end earlier. */
  readonly requestedTo?: number;
}

/** The options of every command that reads a range of time. */
export const RANGE_OPTIONS = {
  from: option({
    value: 'TIME',
    help: 'start of the range: 1h (ago), now-1h, 2026-11-23 10:00 (local time), RFC 3339 or unix seconds',
    parse: parseTime,
    default: '1h',
  }),
  to: option({ value: 'TIME', help: 'end of the range', parse: parseTime, default: 'now' }),
};

/** Throws `UsageError` for a range that ends before it starts, or starts in the future. */
export function rangeOf({ from, to }: { from: TimeOf; to: TimeOf }, now: number): TimeRange {
  const range = { from: from(now), to: to(now) };
  const at = (time: number) => new Date(time * 1000).toISOString();
  if (range.from >= range.to)
    throw new UsageError(`invalid range: --to (${at(range.to)}) is before --from (${at(range.from)})`);
  if (range.from > now) throw new UsageError(`invalid value for --from: ${at(range.from)} is in the future`);
  return range;
}

/** Unix seconds before and after every time that a user specifies. */
const ANY_TIME = [0, Date.UTC(2200) / 1000];

/** Throws what `read` throws at any time: an invalid range is refused before the clock of the store is known. */
export function refuseAtAnyTime(read: (now: number) => unknown): void {
  const fails = (now: number) => {
    try {
      read(now);
      return false;
    } catch {
      return true;
    }
  };
  if (ANY_TIME.every(fails)) read(Date.now() / 1000);
}
