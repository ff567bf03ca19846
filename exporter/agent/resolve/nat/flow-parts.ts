import type { Flow } from '../../aggregate/fold.ts';
import { FAILURES, type Trace } from '../../capture/capture.ts';
import { type Share, splitFlow } from './split-flow.ts';
import type { WireAddresses } from './translation.ts';

/** The connections of one flow, in parts that have the same addresses on the wire. */
export interface FlowParts {
  /** Adds a connection of the flow, and returns its part. Without `wire` its addresses on the wire are not known. */
  add(wire: WireAddresses | undefined, trace: Trace): FlowPart;
  /** Removes one that was added in this cycle. */
  remove(part: FlowPart, trace: Trace): void;
  has(part: FlowPart): boolean;
  readonly hasOpen: boolean;
  /** Removes which connections are open: their parts are not known any more. */
  forgetOpen(): void;
  /** Notes one more open connection whose part is not known. */
  doubtOpen(): void;
  /**
   * The flow in parts. Connections that it has counted and that were not added are not translated, except for some
   * that may be: `doubtful`.
   */
  split(flow: Flow, doubtful: number): SplitFlow;
}

interface SplitFlow {
  readonly flows: Flow[];
  /** Connections established or failed of which it is not known where they went: doubtful ones, and others. */
  readonly lost: number;
  readonly ambiguous: number;
}

/** Connections with the same addresses on the wire. */
export interface FlowPart {
  readonly wire: WireAddresses | undefined;
  /** Established or failed connections that the flow has not counted yet, by outcome. */
  readonly uncounted: number[];
  /** Those that are open, as far as traces have been read, and how many have been closed since the last cycle. */
  open: number;
  closed: number;
  /** Open in the last cycle. */
  wasOpen: number;
}

const OPENED = 0;
const OUTCOMES = 1 + FAILURES.length;

export function createFlowParts(): FlowParts {
  const translated = new Map<string, FlowPart>();
  const untranslated = createPart();
  const unknown = createPart();
  /** Open connections whose part is not known, besides those that are tracked in `unknown`. */
  let doubtfulOpen = 0;
  /** Those that the flow counts by the next cycle at the latest. */
  let newDoubtful = 0;
  let isNew = true;

  const tracked = () => [...translated.values(), unknown];

  function partOf(wire: WireAddresses | undefined): FlowPart {
    if (!wire) return unknown;
    const key = `${wire.localAddress} ${wire.remoteAddress} ${wire.port}`;
    const part = translated.get(key) ?? createPart(wire);
    translated.set(key, part);
    return part;
  }

  function note({ uncounted }: FlowPart, { state, counted }: Trace, by: 1 | -1): void {
    const outcome = typeof state === 'object' ? 1 + state.failed : OPENED;
    if (outcome !== OPENED || counted) uncounted[outcome] = (uncounted[outcome] ?? 0) + by;
  }

  /** Divides what the flow has counted between the parts; the rest is left. */
  function settle(counted: readonly number[]): { outcomes: Map<FlowPart, number[]>; left: number[] } {
    const outcomes = new Map(tracked().map((part) => [part, Array<number>(OUTCOMES).fill(0)]));
    const left = counted.map((count, outcome) => {
      let rest = count;
      for (const [part, taken] of outcomes) {
        const taking = Math.min(rest, part.uncounted[outcome] ?? 0);
        part.uncounted[outcome] = (part.uncounted[outcome] ?? 0) - taking;
        taken[outcome] = taking;
        rest -= taking;
      }
      return rest;
    });
    return { outcomes, left };
  }

  /**
   * Divides the open connections. Traces are read after the flow: some of the connections that are open by them are perhaps
   * not in the flow yet, and some that have been closed since are perhaps still in it. Within these bounds the untranslated
   * ones are those of the last cycle and the new ones.
   */
  function shareOpen(total: number, newUntranslated: number, flowWasOpen: number): Map<FlowPart, number> {
    const least = new Map(
      tracked().map((part) => [part, Math.max(0, part.open - (part.uncounted[OPENED] ?? 0))]),
    );
    const most = tracked().reduce((sum, { open, closed }) => sum + open + closed, 0);
    const free = Math.max(0, total - sumOf([...least.values()]));
    const inDoubt = Math.min(free, doubtfulOpen + newDoubtful);
    doubtfulOpen = Math.min(free, doubtfulOpen) + newDoubtful;
    newDoubtful = 0;
    const last = isNew ? flowWasOpen : untranslated.wasOpen;
    const atLeast = Math.max(0, total - most - inDoubt);
    const open = Math.max(atLeast, Math.min(free - inDoubt, last + newUntranslated));
    isNew = false;

    let left = total - open - inDoubt;
    const now = new Map<FlowPart, number>([[untranslated, open]]);
    const give = (part: FlowPart, count: number) => {
      const given = Math.min(left, count);
      now.set(part, (now.get(part) ?? 0) + given);
      left -= given;
    };
    for (const [part, count] of least) give(part, count);
    for (const [part, count] of least) give(part, part.open + part.closed - count);
    now.set(unknown, (now.get(unknown) ?? 0) + inDoubt);
    for (const part of tracked()) part.closed = 0;
    return now;
  }

  return {
    add(wire, trace) {
      const part = partOf(wire);
      note(part, trace, 1);
      return part;
    },
    remove: (part, trace) => note(part, trace, -1),
    has: (part) => tracked().includes(part),
    get hasOpen() {
      return tracked().some((part) => part.open > 0);
    },
    forgetOpen() {
      for (const part of tracked()) {
        newDoubtful += part.open;
        part.open = 0;
      }
    },
    doubtOpen() {
      newDoubtful++;
    },
    split(flow, doubtful) {
      const { outcomes, left } = settle([
        flow.opened,
        ...FAILURES.map((_, reason) => flow.failed?.[reason] ?? 0),
      ]);
      const inDoubt = left.map((count) => Math.min(count, doubtful));
      // Those that are older than the capture are not counted as opened.
      newDoubtful += isNew ? doubtful : (inDoubt[OPENED] ?? 0);
      outcomes.set(untranslated, subtract(left, inDoubt));
      outcomes.set(unknown, add(outcomes.get(unknown) ?? [], inDoubt));
      const open = shareOpen(flow.open, outcomes.get(untranslated)?.[OPENED] ?? 0, flow.wasOpen);

      const { localAddress, remoteAddress, port } = flow;
      const shares = [...translated.values(), untranslated, unknown].map((part): Share => {
        const now = open.get(part) ?? 0;
        const wire = part === untranslated ? { localAddress, remoteAddress, port } : part.wire;
        const share = { wire, outcomes: outcomes.get(part) ?? [], open: now, wasOpen: part.wasOpen };
        part.wasOpen = now;
        return share;
      });
      const lost = sumOf(inDoubt);
      return {
        flows: splitFlow(flow, shares),
        lost,
        ambiguous: sumOf(outcomes.get(unknown) ?? []) - lost,
      };
    },
  };
}

function createPart(wire?: WireAddresses): FlowPart {
  return { wire, uncounted: Array(OUTCOMES).fill(0), open: 0, closed: 0, wasOpen: 0 };
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function add(ones: readonly number[], others: readonly number[]): number[] {
  return others.map((other, i) => (ones[i] ?? 0) + other);
}

function subtract(ones: readonly number[], others: readonly number[]): number[] {
  return ones.map((one, i) => one - (others[i] ?? 0));
}
