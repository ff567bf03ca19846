import type { Flow } from '../../aggregate/fold.ts';
import { type ConnectionTuple, FAILURES, type Trace } from '../../capture/capture.ts';
import { type Share, splitFlow } from './split-flow.ts';
import type { Translation, WireAddresses } from './translation.ts';

/** The connections of one flow, in parts that have the same addresses on the wire. */
export interface FlowParts {
  /** Adds a connection of the flow. */
  add(translation: Translation, trace: Trace): void;
  /**
   * The flow in parts. Connections that the flow has counted and that were not added are looked up among the pending
   * translations: `take` removes one of them, `pending` lists those that are left. All others are not translated.
   */
  split(
    flow: Flow,
    traceOf: (tuple: ConnectionTuple) => Trace | undefined,
    take: () => Translation | undefined,
    pending: () => readonly Translation[],
  ): Flow[];
  /** Open connections that are tracked one by one. */
  readonly open: number;
}

interface Part {
  readonly wire: WireAddresses;
  /** Established or failed connections that the flow has not counted yet, by outcome. */
  readonly uncounted: number[];
  /** Those that are open, by their ports. */
  readonly open: Map<string, ConnectionTuple>;
  wasOpen: number;
}

const OPENED = 0;
const OUTCOMES = 1 + FAILURES.length;

/** `mayTrack`: whether one more open connection may be tracked. */
export function createFlowParts(mayTrack: () => boolean): FlowParts {
  const parts = new Map<string, Part>();
  /** Whether some connections are not translated. */
  let isMixed = false;
  /** Whether some open connections are not tracked. */
  let isIncomplete = false;
  let openUntranslated = 0;

  function partOf(wire: WireAddresses): Part {
    const key = `${wire.localAddress} ${wire.remoteAddress} ${wire.port}`;
    const part = parts.get(key) ?? { wire, uncounted: Array(OUTCOMES).fill(0), open: new Map(), wasOpen: 0 };
    parts.set(key, part);
    return part;
  }

  function note({ wire, tuple }: Translation, outcome: number, isOpen: boolean): void {
    const part = partOf(wire);
    part.uncounted[outcome] = (part.uncounted[outcome] ?? 0) + 1;
    if (isOpen) trackOpen(part, tuple);
  }

  function trackOpen(part: Part, tuple: ConnectionTuple): void {
    if (mayTrack()) part.open.set(`${tuple.localPort} ${tuple.remotePort}`, tuple);
    else isIncomplete = true;
  }

  /** Divides what the flow has counted between the parts; the rest is left. */
  function settle(counted: readonly number[]): { outcomes: Map<Part, number[]>; left: number[] } {
    const outcomes = new Map([...parts.values()].map((part) => [part, Array<number>(OUTCOMES).fill(0)]));
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

  /** Removes connections that are closed; of those without a trace, as many as there are more than `open`. */
  function removeClosed(open: number, traceOf: (tuple: ConnectionTuple) => Trace | undefined): void {
    const untraced: [Part, string][] = [];
    for (const part of parts.values())
      for (const [key, tuple] of part.open) {
        const trace = traceOf(tuple);
        if (!trace) untraced.push([part, key]);
        else if (trace.state !== 'open') part.open.delete(key);
      }
    for (const [part, key] of untraced.slice(0, Math.max(0, openIn(parts) - open))) part.open.delete(key);
  }

  /** Divides the open connections between the parts; the rest is left. */
  function shareOpen(
    open: number,
    pending: () => readonly Translation[],
  ): { now: Map<Part, number>; left: number } {
    const now = new Map<Part, number>();
    let left = open;
    for (const part of parts.values()) {
      const tracked = Math.min(left, part.open.size);
      now.set(part, tracked);
      left -= tracked;
    }
    // Older than this program, or than its tracing: the next cycle attributes them.
    for (const { wire } of left > 0 ? pending().slice(-left) : []) {
      const part = partOf(wire);
      now.set(part, (now.get(part) ?? 0) + 1);
      left--;
    }
    const [first] = parts.values();
    if (isIncomplete && first) {
      now.set(first, (now.get(first) ?? 0) + left);
      left = 0;
    }
    return { now, left };
  }

  return {
    add(translation, { state, counted }) {
      if (typeof state === 'object') note(translation, 1 + state.failed, false);
      else if (counted) note(translation, OPENED, state === 'open');
      else if (state === 'open') trackOpen(partOf(translation.wire), translation.tuple);
    },
    split(flow, traceOf, take, pending) {
      const counted = [flow.opened, ...FAILURES.map((_, reason) => flow.failed?.[reason] ?? 0)];
      counted.forEach((count, outcome) => {
        for (let unknown = count - uncountedIn(parts, outcome); unknown > 0; unknown--) {
          const translation = take();
          if (!translation) break;
          note(translation, outcome, outcome === OPENED && flow.open > 0);
        }
      });
      const { outcomes, left } = settle(counted);
      if (left.some((count) => count > 0)) isMixed = true;
      if (isMixed || openIn(parts) > flow.open) removeClosed(flow.open, traceOf);
      const open = shareOpen(flow.open, pending);
      const shares: Share[] = [...parts.values()].map((part) => {
        const share = {
          wire: part.wire,
          outcomes: outcomes.get(part) ?? [],
          open: open.now.get(part) ?? 0,
          wasOpen: part.wasOpen,
        };
        part.wasOpen = share.open;
        return share;
      });
      const { localAddress, remoteAddress, port } = flow;
      const untranslated = { localAddress, remoteAddress, port };
      shares.push({ wire: untranslated, outcomes: left, open: open.left, wasOpen: openUntranslated });
      openUntranslated = open.left;
      return splitFlow(flow, shares);
    },
    get open() {
      return openIn(parts);
    },
  };
}

function openIn(parts: ReadonlyMap<string, Part>): number {
  let open = 0;
  for (const part of parts.values()) open += part.open.size;
  return open;
}

function uncountedIn(parts: ReadonlyMap<string, Part>, outcome: number): number {
  let sum = 0;
  for (const part of parts.values()) sum += part.uncounted[outcome] ?? 0;
  return sum;
}
