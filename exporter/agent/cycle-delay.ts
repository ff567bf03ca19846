/**
 * How long to rest (ms) after a pass that took `took`, so that one begins at every `interval`. Nothing else runs
 * during a pass, a scrape neither: where passes take longer than the interval, half the time is left for that.
 */
export function restAfter(took: number, interval: number): number {
  return Math.max(interval - took, took);
}
