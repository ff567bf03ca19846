import type { Flow } from '../../aggregate/fold.ts';
import { TRAFFIC_COUNTS } from '../../capture/capture.ts';
import { shareOut } from './share-out.ts';
import { type Place, putAt } from './translation.ts';

/** The connections of a flow that are at one place. */
export interface Share {
  readonly place: Place;
  /** How many came to what in this pass: opened, then failed by `FAILURES`. */
  readonly outcomes: readonly number[];
  /** Open now. */
  readonly open: number;
  /** Open in the pass before. */
  readonly wasOpen: number;
}

/**
 * A flow in parts that add up to it: connections as the shares say, and what was measured of all of them alike in
 * proportion to the connections that each had in this pass. Shares without any make no part.
 */
export function splitFlow(flow: Flow, shares: readonly Share[]): Flow[] {
  const used = shares.filter((share) => connectionsOf(share) > 0);
  const only = used.length > 1 ? undefined : (used[0] ?? shares[0]);
  if (only) return [putAt(flow, only.place)];

  const { transmittedBytes, receivedBytes, retransmits, failed, setup, ...common } = flow;
  const parts: Flow[] = used.map(({ place, outcomes: [opened = 0, ...failures], open }) => ({
    ...{ ...putAt(common, place), open, opened },
    ...(failures.some((count) => count > 0) && { failed: failures }),
  }));
  const share = (total: number, weights: readonly number[], give: (part: Flow, value: number) => void) =>
    shareOut(total, weights).forEach((value, i) => {
      give(parts[i] as Flow, value);
    });

  const connections = used.map(connectionsOf);
  for (const count of TRAFFIC_COUNTS) {
    const total = flow[count];
    if (total !== undefined)
      share(total, connections, (part, value) => {
        part[count] = value;
      });
  }
  const open = parts.map((part) => part.open);
  share(flow.rttCount, open, (part, value) => {
    part.rttCount = value;
    part.rttSum = value > 0 ? (flow.rttSum * value) / flow.rttCount : 0;
  });
  const opened = parts.map((part) => part.opened);
  const all = setup?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
  setup?.counts.forEach((total, bucket) => {
    share(total, opened, (part, value) => {
      if (value === 0) return;
      part.setup ??= { counts: setup.counts.map(() => 0), sum: 0 };
      part.setup.counts[bucket] = value;
      part.setup.sum += (setup.sum * value) / all;
    });
  });
  return parts;
}

function connectionsOf({ outcomes, open, wasOpen }: Share): number {
  return outcomes.reduce((sum, count) => sum + count, Math.max(open, wasOpen));
}
