import { type Observation, TRAFFIC_COUNTS } from '../capture/capture.ts';

/** The counts of an observation, from the beginning of the capture. */
type Counted = Pick<Observation, 'opened' | (typeof TRAFFIC_COUNTS)[number] | 'failed' | 'setup'>;

/** Counts of a dependency. Absent if no capture gives them or, for `failed` and `setup`, if they are zero. */
export interface Counts {
  /** Connections opened. */
  opened: number;
  transmittedBytes?: number;
  receivedBytes?: number;
  retransmits?: number;
  /** Connections never established, by `ERROR_TYPES`. */
  failed?: number[];
  /** Set-up times: how many in each bucket, and their sum in seconds. */
  setup?: { counts: number[]; sum: number };
}

/**
 * The increase since `last`. A count that has decreased, as a kernel may report it for a socket about to close, counts as
 * unchanged, until it exceeds its earlier value.
 */
export function changeSince(last: Counts, now: Counted): Counts {
  const change: Counts = { opened: increase(now.opened, last.opened) };
  for (const count of TRAFFIC_COUNTS) {
    const value = now[count];
    if (value !== undefined) change[count] = increase(value, last[count]);
  }
  const failed = now.failed && increases(now.failed, last.failed);
  if (failed) change.failed = failed;
  const counts = now.setup && increases(now.setup.counts, last.setup?.counts);
  if (counts) change.setup = { counts, sum: increase(now.setup?.sum ?? 0, last.setup?.sum) };
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

/** Whether all counts are zero. */
export function isNothing(change: Partial<Counts>): boolean {
  const { opened, failed, setup } = change;
  return !opened && !failed && !setup && TRAFFIC_COUNTS.every((count) => !change[count]);
}

function increase(value: number, last = 0): number {
  return Math.max(0, value - last);
}

/** Undefined if none has increased. */
function increases(values: readonly number[], last: readonly number[] = []): number[] | undefined {
  const hasIncreased = values.some((value, at) => value > (last[at] ?? 0));
  return hasIncreased ? values.map((value, at) => increase(value, last[at])) : undefined;
}

function addEach(sums: readonly number[] = [], changes: readonly number[]): number[] {
  const longer = sums.length > changes.length ? sums : changes;
  return longer.map((_, at) => (sums[at] ?? 0) + (changes[at] ?? 0));
}
