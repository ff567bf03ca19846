import type { TimeRange } from './range-options.ts';

/** `2026-11-23 10:00:00` in local time. */
export function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (part: number) => `${part}`.padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** `2026-11-23 09:00:00 to 2026-11-23 09:58:40 (recorded so far), Europe/Berlin` */
export function rangeText({ from, to, requestedTo }: TimeRange): string {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${timeText(from)} to ${timeText(to)}${requestedTo === undefined ? '' : ' (recorded so far)'}, ${zone}`;
}
