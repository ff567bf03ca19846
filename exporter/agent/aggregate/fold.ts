import { type Direction, type Observation, TRAFFIC_COUNTS, type Transport } from '../capture/capture.ts';
import { addCounts, type Counts, changeSince, isNothing } from './counts.ts';

/**
 * What happened in one pass on all connections of a process that differ only in the ephemeral port: the counts
 * tell the change since the pass before.
 */
export interface Flow extends Counts {
  readonly netns: number;
  readonly transport: Transport;
  readonly direction: Direction;
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** The address that was asked for, where this host sends it on to `remoteAddress`. */
  readonly originalAddress?: string | undefined;
  /** The port on which the destination listens; where the direction is unknown, the own one; 0 for none. */
  readonly port: number;
  readonly pid: number | undefined;
  readonly image?: number | undefined;
  readonly remotePid: number | undefined;
  /** Many dependencies in one, which has no addresses and no port. */
  readonly folded: boolean;
  /** Connections open now. */
  open: number;
  /** Sum and number of the round-trip times (seconds) of the open connections. */
  rttSum: number;
  rttCount: number;
}

/** What was counted of one observation so far. */
interface Seen extends Counts {
  readonly netns: number;
  /** The observation of the pass before. A capture may tell the very object again where nothing has changed. */
  last?: Observation;
  /** The key of its flow. */
  key: string;
}

/**
 * Folds the observations of one pass after the other into flows. Captures count from the beginning, flows
 * tell the change: so a flow may later be renamed or merged and its sums still never go backwards. What was
 * counted in the namespaces of `unread`, that this pass could not look into, is remembered for the next one.
 */
export function createFold(): (observations: readonly Observation[], unread?: ReadonlySet<number>) => Flow[] {
  let before = new Map<string, Seen>();

  return (observations, unread = new Set()) => {
    const now = new Map<string, Seen>();
    for (const [id, seen] of unread.size > 0 ? before : []) if (unread.has(seen.netns)) now.set(id, seen);
    const flows = new Map<string, Flow>();
    for (const observation of observations) {
      const seen: Seen = before.get(observation.id) ?? { netns: observation.netns, opened: 0, key: '' };
      now.set(observation.id, seen);
      let change: Counts | undefined;
      if (seen.last !== observation) {
        change = changeSince(seen, observation);
        addCounts(seen, change);
        seen.key = keyOf(observation);
        seen.last = observation;
      }
      if (observation.open === 0 && (!change || isNothing(change))) continue;

      const flow = flowOf(flows, seen.key, observation);
      flow.open += observation.open;
      addCounts(flow, change ?? nothingOf(observation));
      if (observation.rtt !== undefined) {
        flow.rttSum += observation.rtt * observation.open;
        flow.rttCount += observation.open;
      }
    }
    before = now;
    return [...flows.values()];
  };
}

function keyOf(observation: Observation): string {
  const {
    netns,
    transport,
    direction,
    pid,
    image,
    remotePid,
    folded = false,
    originalAddress = '',
  } = observation;
  const { localAddress, remoteAddress, port } = folded ? NOWHERE : observation;
  const process = `${netns} ${pid} ${image} ${remotePid} ${folded}`;
  return `${process} ${transport} ${direction} ${port} ${localAddress} ${remoteAddress} ${originalAddress}`;
}

/** No change of what the capture counts: a count that was given stays given. */
function nothingOf(observation: Observation): Counts {
  const nothing: Counts = { opened: 0 };
  for (const count of TRAFFIC_COUNTS) if (observation[count] !== undefined) nothing[count] = 0;
  return nothing;
}

function flowOf(flows: Map<string, Flow>, key: string, observation: Observation): Flow {
  let flow = flows.get(key);
  if (!flow) {
    const {
      netns,
      transport,
      direction,
      pid,
      image,
      remotePid,
      folded = false,
      originalAddress,
    } = observation;
    const { localAddress, remoteAddress, port } = folded ? NOWHERE : observation;
    flow = {
      ...{ netns, transport, direction, localAddress, remoteAddress, originalAddress, port },
      ...{ pid, image, remotePid, folded },
      ...{ open: 0, opened: 0, rttSum: 0, rttCount: 0 },
    };
    flows.set(key, flow);
  }
  return flow;
}

const NOWHERE = { localAddress: '', remoteAddress: '', port: 0 };
