import { type Observation, type SetupTimes, TRAFFIC_COUNTS } from '../capture/capture.ts';

type Counted = Pick<Observation, 'opened' | (typeof TRAFFIC_COUNTS)[number] | 'failed' | 'setup'>;

/** What is counted of a dependency. Absent: no source gave it, or it never happened (`failed`, `setup`). */
export type Counts = { -readonly [K in keyof Counted]: Counted[K] };

/**
 * What was counted beyond `last`. A count that went back, which a kernel may show on a socket about to close, has
 * not changed: it is counted on only past where it had been.
 */
export function changeSince(last: Counted | undefined, now: Counted): Counts {
  const change: Counts = { opened: grown(now.opened, last?.opened) };
  for (const count of TRAFFIC_COUNTS) {
    const value = now[count];
    if (value !== undefined) change[count] = grown(value, last?.[count]);
  }
  if (now.failed && isBeyond(now.failed, last?.failed)) change.failed = eachGrown(now.failed, last?.failed);
  if (now.setup && isBeyond(now.setup.counts, last?.setup?.counts)) {
    const { counts, sum } = now.setup;
    change.setup = { counts: eachGrown(counts, last?.setup?.counts), sum: grown(sum, last?.setup?.sum) };
  }
  return change;
}

/** Adds a change to a sum, in place. */
export function addCounts(sum: Counts, change: Counted): void {
  sum.opened += change.opened;
  for (const count of TRAFFIC_COUNTS) {
    const by = change[count];
    if (by !== undefined) sum[count] = (sum[count] ?? 0) + by;
  }
  if (change.failed) sum.failed = addEach(change.failed, sum.failed);
  if (change.setup) sum.setup = addSetup(change.setup, sum.setup);
}

/** Whether nothing at all happened. */
export function isNothing(change: Counted): boolean {
  return (
    change.opened === 0 && !change.failed && !change.setup && TRAFFIC_COUNTS.every((count) => !change[count])
  );
}

function grown(value: number, last = 0): number {
  return Math.max(0, value - last);
}

function eachGrown(values: readonly number[], last: readonly number[] = []): number[] {
  return values.map((value, at) => grown(value, last[at]));
}

function isBeyond(values: readonly number[], last: readonly number[] = []): boolean {
  return values.some((value, at) => value > (last[at] ?? 0));
}

function addEach(one: readonly number[], other: readonly number[] = []): number[] {
  return one.map((value, at) => value + (other[at] ?? 0));
}

function addSetup(one: SetupTimes, other?: SetupTimes): SetupTimes {
  return { counts: addEach(one.counts, other?.counts), sum: one.sum + (other?.sum ?? 0) };
}
