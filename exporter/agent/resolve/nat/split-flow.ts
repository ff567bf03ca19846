import type { Flow } from '../../aggregate/fold.ts';
import { TRAFFIC_COUNTS } from '../../capture/capture.ts';
import { type WireAddresses, withWireAddresses } from './translation.ts';

/** The connections of a flow that have the same addresses on the wire. */
export interface Share {
  /** Undefined if they are not known. */
  readonly wire: WireAddresses | undefined;
  /** How many were opened in this cycle, and how many failed, by `FAILURES`. */
  readonly outcomes: readonly number[];
  /** Open now. */
  readonly open: number;
  /** Open in the cycle before. */
  readonly wasOpen: number;
}

/**
 * Splits a flow into parts that add up to it. Each share gets its own connections; what was measured over the whole
 * flow is divided in proportion to the connections that each share had in this cycle. A share without any gets no part.
 */
export function splitFlow(flow: Flow, shares: readonly Share[]): Flow[] {
  const used = shares.filter((share) => connectionsOf(share) > 0);
  const only = used.length > 1 ? undefined : (used[0] ?? shares[0]);
  if (only) return [onWire(flow, only.wire)];

  const { transmittedBytes, receivedBytes, retransmits, failed, setup, ...common } = flow;
  const parts: Flow[] = used.map(({ wire, outcomes: [opened = 0, ...failures], open }) => ({
    ...{ ...onWire(common, wire), open, opened },
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

/** A part whose connections may have gone anywhere is one of many dependencies, without addresses and port. */
function onWire<Part extends Pick<Flow, 'direction' | keyof WireAddresses>>(
  part: Part,
  wire: WireAddresses | undefined,
) {
  if (wire) return withWireAddresses(part, wire);
  return { ...part, localAddress: '', remoteAddress: '', port: 0, folded: true };
}

function connectionsOf({ outcomes, open, wasOpen }: Share): number {
  return outcomes.reduce((sum, count) => sum + count, Math.max(open, wasOpen));
}

/**
 * Divides a whole number in proportion to weights: into whole numbers that add up to it, each less than one from its
 * exact share. If no weight is above 0, the first gets all.
 */
export function shareOut(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  if (sum === 0) return weights.map((_, i) => (i === 0 ? total : 0));
  let weight = 0;
  let given = 0;
  return weights.map((share) => {
    weight += share;
    const upTo = Math.round((total * weight) / sum);
    const part = upTo - given;
    given = upTo;
    return part;
  });
}
