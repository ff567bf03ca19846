import type { Flow } from '../../aggregate/fold.ts';
import { withoutWildcard } from '../../aggregate/wildcard-address.ts';
import type { ConnectionTuple, Reading, Trace } from '../../capture/capture.ts';
import { isLoopback } from '../../net/address.ts';
import { createFlowParts, type FlowParts } from './flow-parts.ts';
import { createPendingTranslations, groupOf } from './pending-translations.ts';
import type { Translation } from './translation.ts';

/** Translates flows, and splits those whose connections go to several servers. */
export interface FlowTranslator {
  /** Adds translated connections that have begun. */
  learn(translations: readonly Translation[], now: number): void;
  translate(
    flows: readonly Flow[],
    traceOf: NonNullable<Reading['traceOf']>,
    addressesAt: (netns: number) => readonly string[],
    now: number,
  ): readonly Flow[];
  /** Connections dropped so far because there were too many. */
  readonly dropped: number;
}

/** How long the state of a flow that no reading contains is kept, in ms. */
const KEEP_FOR = 60_000;
/** The most open connections that are tracked one by one, over all flows. */
const MAX_OPEN = 16_384;

/**
 * For a capture that reports connections as one if they differ only in the client's port. Connections of one flow may
 * go to different servers, and so may those of two flows that differ only in the process. A translation has all
 * addresses and ports of its connection, and the capture's trace of it has the process: together they give the flow.
 */
export function createFlowTranslator(): FlowTranslator {
  const pending = createPendingTranslations();
  const known = new Map<string, { parts: FlowParts; usedAt: number }>();
  let open = 0;

  function partsOf(key: string, now: number): FlowParts {
    const entry = known.get(key) ?? { parts: createFlowParts(() => open < MAX_OPEN), usedAt: now };
    entry.usedAt = now;
    known.set(key, entry);
    return entry.parts;
  }

  return {
    learn: (translations, now) => pending.add(translations, now),
    translate(flows, traceOf, addressesAt, now) {
      if (pending.size === 0 && known.size === 0) return flows;
      pending.removeIf((translation) => {
        const { tuple, netns } = translation;
        const trace = traceOf(tuple);
        if (!trace || (isLoopback(tuple.localAddress) && trace.netns !== netns)) return false;
        partsOf(keyOf(flowOf(tuple, trace, addressesAt(trace.netns))), now).add(translation, trace);
        return true;
      }, now);
      const translated = flows.flatMap((flow) => {
        if (flow.folded) return [flow];
        const key = keyOf(flow);
        const group = groupOf(flow);
        if (!known.has(key) && pending.in(group).length === 0) return [flow];
        return partsOf(key, now).split(
          flow,
          traceOf,
          () => pending.take(group),
          () => pending.in(group),
        );
      });
      pending.trim();
      open = 0;
      for (const [key, { parts, usedAt }] of known)
        if (now - usedAt > KEEP_FOR) known.delete(key);
        else open += parts.open;
      return translated;
    },
    get dropped() {
      return pending.dropped;
    },
  };
}

type FlowKey = Pick<
  Flow,
  'netns' | 'pid' | 'image' | 'transport' | 'direction' | 'localAddress' | 'remoteAddress' | 'port'
>;

/** The flow that contains a connection. */
function flowOf(tuple: ConnectionTuple, trace: Trace, addresses: readonly string[]): FlowKey {
  const { netns, pid, image, localAddress } = trace;
  const { transport, direction, localPort, remoteAddress, remotePort } = tuple;
  const port = direction === 'outbound' ? remotePort : localPort;
  const flow = { netns, pid, image, transport, direction, localAddress, remoteAddress, port };
  return withoutWildcard(flow, addresses);
}

function keyOf(flow: FlowKey): string {
  const { netns, pid, image, transport, direction, port, localAddress, remoteAddress } = flow;
  return `${netns} ${pid} ${image} ${transport} ${direction} ${port} ${localAddress} ${remoteAddress}`;
}
