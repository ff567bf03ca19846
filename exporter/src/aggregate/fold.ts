import { type Direction, type Observation, TRAFFIC_COUNTS, type Transport } from '../capture/capture.ts';

/** What changed in one pass on all connections of a process that differ only in the ephemeral port. */
export interface Flow {
  readonly netns: number;
  readonly transport: Transport;
  readonly direction: Direction;
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** The port on which the destination listens. */
  readonly port: number;
  readonly pid: number | undefined;
  /** Connections open now. */
  open: number;
  /** Connections opened since the pass before; likewise the counts below, absent if no source gave them. */
  opened: number;
  transmittedBytes?: number;
  receivedBytes?: number;
  retransmits?: number;
  /** Sum and number of the round-trip times (seconds) of the open connections. */
  rttSum: number;
  rttCount: number;
}

type Counts = Pick<Observation, 'netns' | 'opened'> & {
  -readonly [K in (typeof TRAFFIC_COUNTS)[number]]?: number;
};

/**
 * Folds the observations of one pass after the other into flows. Captures count from the beginning, flows
 * tell the change: so a flow may later be renamed or merged and its sums still never go backwards. What was
 * counted in the namespaces of `unread`, that this pass could not look into, is remembered for the next one.
 */
export function createFold(): (observations: readonly Observation[], unread?: ReadonlySet<number>) => Flow[] {
  let before = new Map<string, Counts>();

  return (observations, unread = new Set()) => {
    const now = new Map<string, Counts>();
    for (const [id, counts] of unread.size > 0 ? before : [])
      if (unread.has(counts.netns)) now.set(id, counts);
    const flows = new Map<string, Flow>();
    for (const observation of observations) {
      const last = before.get(observation.id);
      now.set(observation.id, last ? furthest(observation, last) : observation);
      const opened = observation.opened - (last?.opened ?? 0);
      const changes = TRAFFIC_COUNTS.map(
        (count) => [count, change(observation[count], last?.[count])] as const,
      );
      const idle = observation.open === 0 && opened === 0 && changes.every(([, by]) => !by);
      if (idle) continue;

      const flow = flowOf(flows, observation);
      flow.open += observation.open;
      flow.opened += opened;
      for (const [count, by] of changes) if (by !== undefined) flow[count] = (flow[count] ?? 0) + by;
      if (observation.rtt !== undefined && observation.open > 0) {
        flow.rttSum += observation.rtt;
        flow.rttCount += 1;
      }
    }
    before = now;
    return [...flows.values()];
  };
}

/** A count that went back, which a kernel may show on a socket about to close, has not changed. */
function change(value: number | undefined, last: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.max(0, value - (last ?? 0));
}

/** The counts to tell the next change from: one that went back is counted on only past where it had been. */
function furthest(now: Counts, last: Counts): Counts {
  if (TRAFFIC_COUNTS.every((count) => (now[count] ?? 0) >= (last[count] ?? 0))) return now;
  const counts: Counts = { netns: now.netns, opened: now.opened };
  for (const count of TRAFFIC_COUNTS) {
    const values = [now[count], last[count]].filter((value) => value !== undefined);
    if (values.length > 0) counts[count] = Math.max(...values);
  }
  return counts;
}

function flowOf(flows: Map<string, Flow>, observation: Observation): Flow {
  const { netns, transport, direction, localAddress, remoteAddress, port, pid } = observation;
  const key = `${netns} ${transport} ${direction} ${localAddress} ${remoteAddress} ${port} ${pid}`;
  let flow = flows.get(key);
  if (!flow) {
    flow = {
      ...{ netns, transport, direction, localAddress, remoteAddress, port, pid },
      ...{ open: 0, opened: 0, rttSum: 0, rttCount: 0 },
    };
    flows.set(key, flow);
  }
  return flow;
}
