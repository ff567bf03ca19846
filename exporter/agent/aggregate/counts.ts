import { type Observation, TRAFFIC_COUNTS } from '../capture/capture.ts';

/** What a capture counts of an observation, from the beginning. */
type Counted = Pick<Observation, 'opened' | (typeof TRAFFIC_COUNTS)[number] | 'failed' | 'setup'>;

/**
 * What was counted of a dependency, in part or in all. Absent: no source gave it, or it never happened (`failed`,
 * `setup`).
 */
export interface Counts {
  /** Connections opened. */
  opened: number;
  transmittedBytes?: number;
  receivedBytes?: number;
  retransmits?: number;
  /** Connections never established, by `FAILURES`. */
  failed?: number[];
  /** Set-up times: how many in each bucket, and their sum in seconds. */
  setup?: { counts: number[]; sum: number };
}

/**
 * What was counted beyond `last`. A count that went back, which a kernel may show on a socket about to close, has
 * not changed: it is counted on only past where it had been.
 */
export function changeSince(last: Counts, now: Counted): Counts {
  const change: Counts = { opened: grown(now.opened, last.opened) };
  for (const count of TRAFFIC_COUNTS) {
    const value = now[count];
    if (value !== undefined) change[count] = grown(value, last[count]);
  }
  const failed = now.failed && eachGrown(now.failed, last.failed);
  if (failed) change.failed = failed;
  const counts = now.setup && eachGrown(now.setup.counts, last.setup?.counts);
  if (counts) change.setup = { counts, sum: grown(now.setup?.sum ?? 0, last.setup?.sum) };
  return change;
}

/** Adds a change to a sum, in place. */
export function addCounts(sum: Counts, change: Counts): void {
  sum.opened += change.opened;
  for (const count of TRAFFIC_COUNTS) {
    const by = change[count];
    if (by !== undefined) sum[count] = (sum[count] ?? 0) + by;
  }
  if (change.failed) sum.failed = addEach(sum.failed, change.failed);
  if (change.setup) {
    sum.setup ??= { counts: [], sum: 0 };
    sum.setup.counts = addEach(sum.setup.counts, change.setup.counts);
    sum.setup.sum += change.setup.sum;
  }
}

/** Whether nothing at all happened. */
export function isNothing(change: Counts): boolean {
  const { opened, failed, setup } = change;
  return opened === 0 && !failed && !setup && TRAFFIC_COUNTS.every((count) => !change[count]);
}

function grown(value: number, last = 0): number {
  return Math.max(0, value - last);
}

/** Undefined where none has grown. */
function eachGrown(values: readonly number[], last: readonly number[] = []): number[] | undefined {
  const hasGrown = values.some((value, at) => value > (last[at] ?? 0));
  return hasGrown ? values.map((value, at) => grown(value, last[at])) : undefined;
}

function addEach(sums: readonly number[] = [], changes: readonly number[]): number[] {
  return changes.map((by, at) => by + (sums[at] ?? 0));
}
