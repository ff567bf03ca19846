import type { Flow } from '../../aggregate/fold.ts';
import { withoutWildcard } from '../../aggregate/wildcard-address.ts';
import type { Trace, TraceLog, TraceReading } from '../../capture/capture.ts';
import { createFlowParts, type FlowPart, type FlowParts } from './flow-parts.ts';
import { createMatchedTraces } from './matched-traces.ts';
import { createPendingTranslations, groupOf } from './pending-translations.ts';
import type { Translation, WireAddresses } from './translation.ts';

/** Translates flows, and splits those whose connections go to several servers. */
export interface FlowTranslator {
  /** Adds translated connections that have begun. */
  learn(translations: readonly Translation[], now: number): void;
  /** `traces` were read after the flows, and before the translations. */
  translate(
    flows: readonly Flow[],
    traces: TraceReading,
    addressesAt: (netns: number) => readonly string[],
    now: number,
  ): readonly Flow[];
  /** Connections dropped so far because there were too many. */
  readonly dropped: number;
  /** Connections so far of which it is not known where they went, by reason. */
  readonly unattributed: Readonly<Record<'lost' | 'ambiguous', number>>;
}

interface Attribution {
  readonly parts: FlowParts;
  readonly part: FlowPart;
  readonly trace: Trace;
}

const NONE: ReadonlyMap<string, number> = new Map();
/**
 * A connection whose trace was lost is counted by the next cycle at the latest. The flow counts either it or a
 * traced one that the kernel has counted since the flow was read, and the other in the cycle after.
 */
const DOUBTFUL_CYCLES = 3;
/** How long the state of a flow that no reading contains is kept, in ms. */
const KEEP_FOR = 60_000;
/** The most open connections that are tracked one by one, over all flows. */
const MAX_OPEN = 65_536;

/**
 * For a capture that reports connections as one if they differ only in the client's port. Connections of one flow may
 * go to different servers, and so may those of two flows that differ only in the process. A translation has all
 * addresses and ports of its connection, and the capture's trace of it has the process: together they give the flow.
 *
 * The kernel reports a translation when the first packet is sent, and the trace comes when that is answered. So all that
 * a flow has counted has been traced, and its translation, if it has one, is known. A connection is not shared out by
 * any other rule: if its trace or its translation is lost, it is reported without a destination. So are connections with
 * the same addresses and ports of which only some are translated, if they are traced in one cycle.
 */
export function createFlowTranslator(): FlowTranslator {
  const matched = createMatchedTraces<Attribution>();
  const pending = createPendingTranslations();
  const known = new Map<string, { parts: FlowParts; usedAt: number }>();
  /** The part of each open connection, by the number of its trace. */
  const open = new Map<number, FlowPart>();
  let log: TraceLog | undefined;
  let wasTracing = false;
  /** The last traces that were read in the last cycle, and in the cycle before. */
  let [readUpTo, readBefore] = [0, 0];
  /** Whether some translations are of connections that may have been traced in the cycle before. */
  let hasLate = false;
  /** Pending translations when traces were lost, by group: in the last cycles, the latest first. */
  let suspects: readonly ReadonlyMap<string, number>[] = [];
  const unattributed = { lost: 0, ambiguous: 0 };

  function partsOf(key: string, now: number): FlowParts {
    const entry = known.get(key) ?? { parts: createFlowParts(), usedAt: now };
    entry.usedAt = now;
    known.set(key, entry);
    return entry.parts;
  }

  /** Another capture counts from the beginning. */
  function startWith(traces: TraceReading): void {
    log = traces.log;
    [readUpTo, readBefore] = [0, 0];
    wasTracing = traces.isTracing;
    known.clear();
    open.clear();
  }

  /** Visits the new traces. Returns whether some were lost. */
  function readTraces(
    { log, upTo, isTracing }: TraceReading,
    attribute: (trace: Trace, isLate: boolean) => void,
  ): boolean {
    // Connections from before the capture began to trace may have been counted in this cycle.
    let hasLost = isTracing && !wasTracing;
    wasTracing = isTracing;
    const visit = (after: number, to: number, isLate: boolean) =>
      log.visit(after, to, {
        isWanted: (localPort, remotePort) =>
          pending.has(localPort, remotePort) || matched.has(localPort, remotePort),
        begun: (trace) => attribute(trace, isLate),
        closed(connection) {
          const part = open.get(connection);
          if (!part) return;
          part.open--;
          part.closed++;
          open.delete(connection);
        },
        lost() {
          hasLost = true;
          forgetOpen();
        },
      });
    if (hasLate) visit(readBefore, readUpTo, true);
    if (pending.size > 0 || open.size > 0) visit(readUpTo, upTo, false);
    hasLate = false;
    matched.clear();
    [readBefore, readUpTo] = [readUpTo, upTo];
    return hasLost;
  }

  function addTo(parts: FlowParts, wire: WireAddresses | undefined, trace: Trace): FlowPart {
    const part = parts.add(wire, trace);
    if (trace.state === 'open') trackOpen(parts, part, trace);
    return part;
  }

  function trackOpen(parts: FlowParts, part: FlowPart, { connection }: Trace): void {
    if (open.size >= MAX_OPEN) {
      parts.doubtOpen();
      return;
    }
    part.open++;
    open.set(connection, part);
  }

  /** Withdraws an attribution: another connection had the same addresses and ports, and only one is translated. */
  function withdraw({ parts, part, trace }: Attribution): void {
    parts.remove(part, trace);
    const unknown = parts.add(undefined, trace);
    if (open.get(trace.connection) !== part) return;
    part.open--;
    unknown.open++;
    open.set(trace.connection, unknown);
  }

  /** Some of those that have been open may be closed. */
  function forgetOpen(): void {
    if (open.size === 0) return;
    open.clear();
    for (const { parts } of known.values()) parts.forgetOpen();
  }

  function expire(now: number): void {
    pending.expire(now);
    for (const [key, { parts, usedAt }] of known) {
      if (now - usedAt <= KEEP_FOR) continue;
      known.delete(key);
      for (const [connection, part] of parts.hasOpen ? open : [])
        if (parts.has(part)) open.delete(connection);
    }
  }

  return {
    learn(translations, now) {
      hasLate ||= translations.some(({ isLate }) => isLate);
      pending.add(translations, now);
    },
    translate(flows, traces, addressesAt, now) {
      if (traces.log !== log) startWith(traces);
      const flowsOf = lazily(() => Map.groupBy(flows, keyWithoutProcess));
      const hasLost = readTraces(traces, (trace, isLate) => {
        const taken = pending.take(trace, ({ isLate: wasLate }) => !isLate || !!wasLate);
        const rivals = taken ? [] : matched.takeRivals(trace);
        for (const rival of rivals) withdraw(rival);
        if ((!taken && rivals.length === 0) || trace.folded) return;
        const flow = flowOf(trace, addressesAt(trace.netns));
        const key = trace.pid === undefined ? onlyKey(flowsOf().get(keyWithoutProcess(flow))) : keyOf(flow);
        if (key === undefined) {
          pending.doubt(groupOf(flow), now);
          return;
        }
        const parts = partsOf(key, now);
        const part = addTo(parts, taken?.wire, trace);
        if (part.wire) matched.add(trace, { parts, part, trace });
      });
      if (known.size === 0 && pending.size === 0 && !pending.hasDoubts) return flows;
      suspects = [hasLost ? pending.suspectAll() : NONE, ...suspects].slice(0, DOUBTFUL_CYCLES);
      const translated = flows.flatMap((flow) => {
        if (flow.folded) return [flow];
        const key = keyOf(flow);
        const group = groupOf(flow);
        const doubtful =
          Math.max(...suspects.map((counts) => counts.get(group) ?? 0)) + pending.doubtful(group);
        if (doubtful === 0 && !known.has(key)) return [flow];
        const split = partsOf(key, now).split(flow, doubtful);
        unattributed.lost += split.lost;
        unattributed.ambiguous += split.ambiguous;
        return split.flows;
      });
      expire(now);
      return translated;
    },
    get dropped() {
      return pending.dropped;
    },
    unattributed,
  };
}

type FlowKey = Pick<
  Flow,
  'netns' | 'pid' | 'image' | 'transport' | 'direction' | 'localAddress' | 'remoteAddress' | 'port'
>;

/** The flow that contains a connection. */
function flowOf(trace: Trace, addresses: readonly string[]): FlowKey {
  const { netns, pid, image, transport, direction, localAddress, localPort, remoteAddress, remotePort } =
    trace;
  const port = direction === 'outbound' ? remotePort : localPort;
  const flow = { netns, pid, image, transport, direction, localAddress, remoteAddress, port };
  return withoutWildcard(flow, addresses);
}

function keyOf(flow: FlowKey): string {
  return `${flow.pid} ${flow.image} ${keyWithoutProcess(flow)}`;
}

function keyWithoutProcess(flow: FlowKey): string {
  const { netns, transport, direction, port, localAddress, remoteAddress } = flow;
  return `${netns} ${transport} ${direction} ${port} ${localAddress} ${remoteAddress}`;
}

/** That of the process that accepts all connections, if there is one. */
function onlyKey(flows: readonly Flow[] | undefined): string | undefined {
  const [flow, ...others] = flows ?? [];
  return flow && others.length === 0 ? keyOf(flow) : undefined;
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
