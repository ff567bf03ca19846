import type { PortClass } from '@musubi/contract/port';
import { type Direction, type Observation, TRAFFIC_COUNTS, type Transport } from '../capture/capture.ts';
import { addCounts, type Counts, changeSince, isNothing } from './counts.ts';

/**
 * All connections of a process that differ only in the ephemeral port. The counts are the changes since the cycle
 * before.
 */
export interface Flow extends Counts {
  readonly netns: number;
  readonly transport: Transport;
  readonly direction: Direction;
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** The original destination address, if this host translates it to `remoteAddress`. */
  readonly originalAddress?: string | undefined;
  /** The server's port; the local one if the direction is unknown; 0 for none. */
  readonly port: number;
  /** Instead of the port, which is 0 then. */
  readonly portClass?: PortClass | undefined;
  readonly pid: number | undefined;
  readonly image?: number | undefined;
  readonly remotePid: number | undefined;
  /** Whether this is many dependencies in one, without addresses and port. */
  readonly folded: boolean;
  /** Connections open now, and in the cycle before, as far as it is known. */
  open: number;
  wasOpen: number;
  /** Sum and number of the round-trip times (seconds) of the open connections. */
  rttSum: number;
  rttCount: number;
}

/** What has been counted of one observation so far. */
interface CountedObservation extends Counts {
  readonly netns: number;
  /** The observation of the cycle before. A capture may return the same object if nothing has changed. */
  last?: Observation;
  /** The key of its flow. */
  key: string;
}

/**
 * Folds the observations of each cycle into flows. Captures count from the beginning, flows contain the changes: a flow
 * may get another name or be merged, and its sums still never decrease. The counts in network namespaces that could not
 * be read in this cycle, `unread`, are kept for the next one.
 */
export function createFold(): (observations: readonly Observation[], unread?: ReadonlySet<number>) => Flow[] {
  let before = new Map<string, CountedObservation>();

  return (observations, unread = new Set()) => {
    const now = new Map<string, CountedObservation>();
    for (const [id, counted] of unread.size > 0 ? before : [])
      if (unread.has(counted.netns)) now.set(id, counted);
    const flows = new Map<string, Flow>();
    for (const observation of observations) {
      const counted: CountedObservation = before.get(observation.id) ?? {
        netns: observation.netns,
        opened: 0,
        key: '',
      };
      now.set(observation.id, counted);
      let change: Counts | undefined;
      const wasOpen = counted.last?.open ?? Math.max(0, observation.open - observation.opened);
      if (counted.last !== observation) {
        change = changeSince(counted, observation);
        addCounts(counted, change);
        counted.key = keyOf(observation);
        counted.last = observation;
      }
      if (observation.open === 0 && (!change || isNothing(change))) continue;

      const flow = flowOf(flows, counted.key, observation);
      flow.open += observation.open;
      flow.wasOpen += wasOpen;
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
  const { localAddress, remoteAddress, port } = folded ? NO_ADDRESSES : observation;
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
    const { localAddress, remoteAddress, port } = folded ? NO_ADDRESSES : observation;
    flow = {
      ...{ netns, transport, direction, localAddress, remoteAddress, originalAddress, port },
      ...{ pid, image, remotePid, folded },
      ...{ open: 0, wasOpen: 0, opened: 0, rttSum: 0, rttCount: 0 },
    };
    flows.set(key, flow);
  }
  return flow;
}

const NO_ADDRESSES = { localAddress: '', remoteAddress: '', port: 0 };
