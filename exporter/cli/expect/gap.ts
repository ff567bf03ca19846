import { parseSpan } from '../config/values.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Notation of an unlimited gap. */
const NEVER = 'never';

/** `5m`, `26h`, `never` to seconds. Throws an `Error` whose message contains what was expected. */
export function parseGap(text: string): number {
  if (text === NEVER) return Number.POSITIVE_INFINITY;
  try {
    return parseSpan(text) / 1000;
  } catch (cause) {
    throw new Error(`${(cause as Error).message}, or ${NEVER}`, { cause });
  }
}

/** Seconds in the largest exact unit: `90s`, `5m`, `26h`, `8d`. */
export function formatGap(seconds: number): string {
  if (seconds === Number.POSITIVE_INFINITY) return NEVER;
  if (seconds >= 2 * DAY && seconds % DAY === 0) return `${seconds / DAY}d`;
  if (seconds % HOUR === 0) return `${seconds / HOUR}h`;
  if (seconds % MINUTE === 0) return `${seconds / MINUTE}m`;
  return `${seconds}s`;
}

/** Seconds rounded down to minutes or, from two hours on, to hours. */
export function formatRoughly(seconds: number): string {
  const step = seconds < 2 * HOUR ? MINUTE : HOUR;
  return formatGap(Math.floor(seconds / step) * step);
}

/**
 * The gap to allow, in seconds, for the longest gap seen: half as much again, at most two hours more (26 h for a nightly
 * job), rounded up to 5 minutes, hours or days. At least 5 minutes, because scrapes, pushes and rules take up to two.
 */
export function gapToAllow(longest: number): number {
  const wanted = longest + Math.min(longest / 2, 2 * HOUR);
  const step = wanted <= HOUR ? 5 * MINUTE : wanted <= 2 * DAY ? HOUR : DAY;
  return Math.max(1, Math.ceil(wanted / step)) * step;
}
