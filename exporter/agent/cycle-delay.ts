/**
 * The delay (ms) after a collection cycle that took `took`, so that cycles start at every `interval`. A cycle blocks the
 * process, including scrapes: if cycles take longer than the interval, half of the time is left for them.
 */
export function delayAfter(took: number, interval: number): number {
  return Math.max(interval - took, took);
}
