import { parseSpan } from './values.ts';

/** Gives a time for the current time; both in unix seconds. */
export type TimeOf = (now: number) => number;

const FORMS = 'now, now-1h, 1h, 2026-11-23 10:00, 2026-11-23T10:00:00Z or unix seconds';

/**
 * A time as people write it for Grafana or Prometheus: `now`, `now-1h30m`, `1h` or `-1h` for an hour ago, RFC 3339, a
 * date with or without a time, unix seconds, or milliseconds as in the address of a dashboard. Without a zone it is
 * local time. Throws an `Error` whose message contains what was expected.
 */
export function parseTime(text: string): TimeOf {
  const [, ago] = /^(?:now)?-?(\d+[a-z].*)$/.exec(text) ?? [];
  if (text === 'now') return (now) => now;
  if (ago !== undefined && !/^now\d/.test(text)) {
    const span = isSpan(ago);
    if (span !== undefined) return (now) => now - span / 1000;
  }
  const time = parseUnix(text) ?? parseDate(text);
  if (time === undefined) throw new Error(`expected a time such as ${FORMS}`);
  return () => time;
}

function isSpan(text: string): number | undefined {
  try {
    return parseSpan(text);
  } catch {
    return undefined;
  }
}

function parseUnix(text: string): number | undefined {
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return Number(text);
  return /^\d{12,13}$/.test(text) ? Number(text) / 1000 : undefined;
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?( ?Z|[+-]\d\d:\d\d)?)?$/i;

function parseDate(text: string): number | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isReal || hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = Number(match[7] ?? 0);
  const zone = match[8]?.trim();
  if (zone === undefined)
    return new Date(year, month - 1, day, hour, minute, second).getTime() / 1000 + fraction;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 + fraction - offsetOf(zone);
}

/** Seconds east of Greenwich: `Z`, `+05:30`. */
function offsetOf(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60;
}
