import { dateTime, type RawTimeRange, rangeUtil, type TimeRange } from '@grafana/data';

const UNIX_MS = /^\d{10,}$/;

const bound = (text: string) => (UNIX_MS.test(text) ? dateTime(Number(text)) : text);

/** Evaluates a range of the address bar: relative (`now-5m`) or Unix milliseconds. */
export function toTimeRange(from: string, to: string, timeZone: string): TimeRange {
  const raw: RawTimeRange = { from: bound(from), to: bound(to) };
  return rangeUtil.convertRawToRange(raw, timeZone);
}

/** The range for the address bar. */
export function toUrlRange({ raw }: TimeRange): { from: string; to: string } {
  const text = (value: RawTimeRange['from']) => (typeof value === 'string' ? value : String(value.valueOf()));
  return { from: text(raw.from), to: text(raw.to) };
}

/** The same width, moved by a share of it, or scaled around its middle. */
export function moveRange(range: TimeRange, share: number, scale = 1): { from: string; to: string } {
  const [from, to] = [range.from.valueOf(), range.to.valueOf()];
  const width = to - from;
  const middle = from + width / 2 + width * share;
  return {
    from: String(Math.round(middle - (width * scale) / 2)),
    to: String(Math.round(middle + (width * scale) / 2)),
  };
}
