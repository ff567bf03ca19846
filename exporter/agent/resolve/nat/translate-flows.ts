import type { Flow } from '../../aggregate/fold.ts';
import { withOwnAddress } from '../../aggregate/own-address.ts';
import type { ConnectionTuple, Reading, Trace } from '../../capture/capture.ts';
import { isLoopback } from '../../net/address.ts';
import { createFlowParts, type FlowParts } from './flow-parts.ts';
import type { Translation } from './translation.ts';
import { createWaiting, groupOf } from './waiting.ts';

/** Puts the translated connections of flows at their places. */
export interface TranslateFlows {
  /** Takes note of translated connections that have begun. */
  learn(translations: readonly Translation[], now: number): void;
  /** The flows of a pass; those of which connections are translated to several places are split. */
  translate(
    flows: readonly Flow[],
    traceOf: NonNullable<Reading['traceOf']>,
    addressesAt: (netns: number) => readonly string[],
    now: number,
  ): readonly Flow[];
  /** Connections given up so far because there were too many. */
  readonly dropped: number;
}

/** A flow that is seen no more is forgotten after, in ms. */
const IDLE = 60_000;
/** Open connections remembered one by one, of all flows. */
const MOST_OPEN = 16_384;

/**
 * For a capture that tells as one what differs only in the port of the end that asks: connections of one flow may go to
 * different places, and those of two flows that differ only in the process may, too. So each connection is known by all
 * of its addresses and ports, and the capture tells by its trace whose it is.
 */
export function createTranslateFlows(): TranslateFlows {
  const waiting = createWaiting();
  const known = new Map<string, { parts: FlowParts; usedAt: number }>();
  let open = 0;

  function partsOf(key: string, now: number): FlowParts {
    const entry = known.get(key) ?? { parts: createFlowParts(() => open < MOST_OPEN), usedAt: now };
    entry.usedAt = now;
    known.set(key, entry);
    return entry.parts;
  }

  return {
    learn: (translations, now) => waiting.add(translations, now),
    translate(flows, traceOf, addressesAt, now) {
      if (waiting.size === 0 && known.size === 0) return flows;
      waiting.sift((translation) => {
        const { end, netns } = translation;
        const trace = traceOf(end);
        if (!trace || (isLoopback(end.localAddress) && trace.netns !== netns)) return false;
        partsOf(flowKey(flowOf(end, trace, addressesAt(trace.netns))), now).enter(translation, trace);
        return true;
      }, now);
      const translated = flows.flatMap((flow) => {
        if (flow.folded) return [flow];
        const key = flowKey(flow);
        const group = groupOf(flow);
        if (!known.has(key) && waiting.at(group).length === 0) return [flow];
        return partsOf(key, now).split(
          flow,
          traceOf,
          () => waiting.take(group),
          () => waiting.at(group),
        );
      });
      waiting.trim();
      open = 0;
      for (const [key, { parts, usedAt }] of known)
        if (now - usedAt > IDLE) known.delete(key);
        else open += parts.open;
      return translated;
    },
    get dropped() {
      return waiting.dropped;
    },
  };
}

type FlowPlace = Pick<
  Flow,
  'netns' | 'pid' | 'image' | 'transport' | 'direction' | 'localAddress' | 'remoteAddress' | 'port'
>;

/** The flow that counts a connection. */
function flowOf(end: ConnectionTuple, trace: Trace, addresses: readonly string[]): FlowPlace {
  const { netns, pid, image, localAddress } = trace;
  const { transport, direction, localPort, remoteAddress, remotePort } = end;
  const port = direction === 'outbound' ? remotePort : localPort;
  const flow = { netns, pid, image, transport, direction, localAddress, remoteAddress, port };
  return withOwnAddress(flow, addresses);
}

function flowKey(flow: FlowPlace): string {
  const { netns, pid, image, transport, direction, port, localAddress, remoteAddress } = flow;
  return `${netns} ${pid} ${image} ${transport} ${direction} ${port} ${localAddress} ${remoteAddress}`;
}
