import { parseSpan } from '../config/values.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** How a gap is written whose length does not matter. */
const NEVER = 'never';

/** `5m`, `26h`, `never` to seconds. Throws an `Error` that says what a right value looks like. */
export function parseGap(text: string): number {
  if (text === NEVER) return Number.POSITIVE_INFINITY;
  try {
    return parseSpan(text) / 1000;
  } catch (cause) {
    throw new Error(`${(cause as Error).message}, or ${NEVER}`, { cause });
  }
}

/** Seconds as people write them: `90s`, `5m`, `26h`, `8d`. Whole seconds are told exactly. */
export function formatGap(seconds: number): string {
  if (seconds === Number.POSITIVE_INFINITY) return NEVER;
  if (seconds >= 2 * DAY && seconds % DAY === 0) return `${seconds / DAY}d`;
  if (seconds % HOUR === 0) return `${seconds / HOUR}h`;
  if (seconds % MINUTE === 0) return `${seconds / MINUTE}m`;
  return `${seconds}s`;
}

/** No more than so many seconds, as people write them: whole minutes or, from two hours on, hours. */
export function formatRoughly(seconds: number): string {
  const step = seconds < 2 * HOUR ? MINUTE : HOUR;
  return formatGap(Math.floor(seconds / step) * step);
}

/**
 * The gap to allow, in seconds, where the longest seen was this long. It is half as much again, but no more than two
 * hours: a nightly job has 26 h. Rounded up to 5 minutes, hours or days. Never less than 5 minutes, as scrapes,
 * pushes and rules take up to two.
 */
export function gapToAllow(longest: number): number {
  const wanted = longest + Math.min(longest / 2, 2 * HOUR);
  const step = wanted <= HOUR ? 5 * MINUTE : wanted <= 2 * DAY ? HOUR : DAY;
  return Math.max(1, Math.ceil(wanted / step)) * step;
}
