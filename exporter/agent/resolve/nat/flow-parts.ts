import type { Flow } from '../../aggregate/fold.ts';
import { type ConnectionTuple, FAILURES, type Trace } from '../../capture/capture.ts';
import { type Share, splitFlow } from './split-flow.ts';
import type { Place, Translation } from './translation.ts';

/** Where the connections of one flow are: at the places to which they are translated, or at its own. */
export interface FlowParts {
  /** Takes note of a connection of the flow. */
  enter(translation: Translation, trace: Trace): void;
  /**
   * The flow in parts. What it has counted and nobody has entered is sought among those that wait: `take` gives one
   * of them for good, `waiting` all that are left. What is not found there either is not translated.
   */
  split(
    flow: Flow,
    traceOf: (end: ConnectionTuple) => Trace | undefined,
    take: () => Translation | undefined,
    waiting: () => readonly Translation[],
  ): Flow[];
  /** Open connections that are remembered one by one. */
  readonly open: number;
}

interface Part {
  readonly place: Place;
  /** Connections that came to something, by outcome, which the flow has not counted yet. */
  readonly owed: number[];
  /** Those that are open, by the ports of their ends. */
  readonly open: Map<string, ConnectionTuple>;
  wasOpen: number;
}

const OPENED = 0;
const OUTCOMES = 1 + FAILURES.length;

/** `mayRemember` tells whether there is room for one more open connection. */
export function createFlowParts(mayRemember: () => boolean): FlowParts {
  const parts = new Map<string, Part>();
  /** Connections that are not translated. */
  let isMixed = false;
  let isIncomplete = false;
  let openAsIs = 0;

  function partOf(place: Place): Part {
    const key = `${place.localAddress} ${place.remoteAddress} ${place.port}`;
    const part = parts.get(key) ?? { place, owed: Array(OUTCOMES).fill(0), open: new Map(), wasOpen: 0 };
    parts.set(key, part);
    return part;
  }

  function owe({ place, end }: Translation, outcome: number, isOpen: boolean): void {
    const part = partOf(place);
    part.owed[outcome] = (part.owed[outcome] ?? 0) + 1;
    if (isOpen) keepOpen(part, end);
  }

  function keepOpen(part: Part, end: ConnectionTuple): void {
    if (mayRemember()) part.open.set(`${end.localPort} ${end.remotePort}`, end);
    else isIncomplete = true;
  }

  /** What the flow has counted, for each part, and what is left. */
  function settle(counted: readonly number[]): { outcomes: Map<Part, number[]>; left: number[] } {
    const outcomes = new Map([...parts.values()].map((part) => [part, Array<number>(OUTCOMES).fill(0)]));
    const left = counted.map((count, outcome) => {
      let rest = count;
      for (const [part, taken] of outcomes) {
        const taking = Math.min(rest, part.owed[outcome] ?? 0);
        part.owed[outcome] = (part.owed[outcome] ?? 0) - taking;
        taken[outcome] = taking;
        rest -= taking;
      }
      return rest;
    });
    return { outcomes, left };
  }

  /** Forgets the open connections that are over; of those that nobody remembers, as many as are too many. */
  function sweep(open: number, traceOf: (end: ConnectionTuple) => Trace | undefined): void {
    const forgotten: [Part, string][] = [];
    for (const part of parts.values())
      for (const [key, end] of part.open) {
        const trace = traceOf(end);
        if (!trace) forgotten.push([part, key]);
        else if (trace.state !== 'open') part.open.delete(key);
      }
    for (const [part, key] of forgotten.slice(0, Math.max(0, openIn(parts) - open))) part.open.delete(key);
  }

  /** How many of those open now each part has, and what is left. */
  function shareOpen(
    open: number,
    waiting: () => readonly Translation[],
  ): { now: Map<Part, number>; left: number } {
    const now = new Map<Part, number>();
    let left = open;
    for (const part of parts.values()) {
      const own = Math.min(left, part.open.size);
      now.set(part, own);
      left -= own;
    }
    // Older than this program, or than its interest: the next pass tells whose they are.
    for (const { place } of left > 0 ? waiting().slice(-left) : []) {
      const part = partOf(place);
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
    enter(translation, { state, counted }) {
      if (typeof state === 'object') owe(translation, 1 + state.failed, false);
      else if (counted) owe(translation, OPENED, state === 'open');
      else if (state === 'open') keepOpen(partOf(translation.place), translation.end);
    },
    split(flow, traceOf, take, waiting) {
      const counted = [flow.opened, ...FAILURES.map((_, reason) => flow.failed?.[reason] ?? 0)];
      counted.forEach((count, outcome) => {
        for (let unknown = count - owedIn(parts, outcome); unknown > 0; unknown--) {
          const translation = take();
          if (!translation) break;
          owe(translation, outcome, outcome === OPENED && flow.open > 0);
        }
      });
      const { outcomes, left } = settle(counted);
      if (left.some((count) => count > 0)) isMixed = true;
      if (isMixed || openIn(parts) > flow.open) sweep(flow.open, traceOf);
      const open = shareOpen(flow.open, waiting);
      const shares: Share[] = [...parts.values()].map((part) => {
        const share = {
          place: part.place,
          outcomes: outcomes.get(part) ?? [],
          open: open.now.get(part) ?? 0,
          wasOpen: part.wasOpen,
        };
        part.wasOpen = share.open;
        return share;
      });
      const { localAddress, remoteAddress, port } = flow;
      const place = { localAddress, remoteAddress, port };
      shares.push({ place, outcomes: left, open: open.left, wasOpen: openAsIs });
      openAsIs = open.left;
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

function owedIn(parts: ReadonlyMap<string, Part>, outcome: number): number {
  let owed = 0;
  for (const part of parts.values()) owed += part.owed[outcome] ?? 0;
  return owed;
}
