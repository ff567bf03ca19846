import { addCounts } from '../aggregate/counts.ts';
import { type HalfEdge, hasFailedOnly } from '../half-edge.ts';
import { edgeKey } from '../metrics/edge-attributes.ts';
import { isLoopback, otherLoopback } from '../net/address.ts';
import type { LocalAddresses } from './local-addresses.ts';

/**
 * Holds back attempts to connect to this host where no process listens yet: a client that starts before its server would
 * leave an edge to a bare address beside the one to the server. They are released, with their counts, once a process
 * listens there; or unnamed after `HOLD`, and from then on at once. `releaseAll` releases all of them.
 */
export type AwaitListeners = (
  halfEdges: readonly HalfEdge[],
  localAddresses: LocalAddresses,
  now: number,
  releaseAll: boolean,
) => readonly HalfEdge[];

/** How long to wait for a server to start, in ms. */
const HOLD = 120_000;
/** How long an edge that was released unnamed is remembered after its last attempt, in ms. */
const REMEMBER = 3_600_000;
/** The most edges held back or remembered; further ones pass. */
const MAX_HELD = 1024;

export function createAwaitListeners(): AwaitListeners {
  const held = new Map<string, { readonly half: HalfEdge; readonly since: number }>();
  /** When an edge that was released unnamed was last attempted. */
  const released = new Map<string, number>();

  function hold(half: HalfEdge, now: number): boolean {
    const key = edgeKey(half);
    if (released.has(key)) {
      released.set(key, now);
      return false;
    }
    const known = held.get(key);
    if (known) addCounts(known.half.flow, half.flow);
    else if (held.size < MAX_HELD) held.set(key, { half: { ...half, flow: copyOf(half) }, since: now });
    else return false;
    return true;
  }

  return (halfEdges, localAddresses, now, releaseAll) => {
    const isAwaited = ({ flow, dst }: HalfEdge) => {
      const isHere = (address: string) => localAddresses.find({ ...flow, address }) !== undefined;
      const other = otherLoopback(dst.address);
      return !isHere(dst.address) && !(other !== undefined && isHere(other));
    };
    for (const [key, last] of released) if (now - last > REMEMBER) released.delete(key);
    const passed = halfEdges.filter(
      (half) => !(isHoldable(half, localAddresses) && isAwaited(half) && hold(half, now)),
    );
    const due: HalfEdge[] = [];
    for (const [key, { half, since }] of held) {
      const isAnswered = !isAwaited(half);
      if (!isAnswered && !releaseAll && now - since <= HOLD) continue;
      if (!isAnswered && released.size < MAX_HELD) released.set(key, now);
      held.delete(key);
      due.push(half);
    }
    return due.length > 0 ? [...due, ...passed] : passed;
  };
}

function isHoldable({ flow, dst }: HalfEdge, { isLocal }: LocalAddresses): boolean {
  if (flow.direction !== 'outbound' || flow.transport !== 'tcp' || dst.service !== undefined) return false;
  return hasFailedOnly(flow) && (isLoopback(dst.address) || isLocal(dst.address));
}

/** The counts are added to in place. */
function copyOf({ flow }: HalfEdge): HalfEdge['flow'] {
  return { ...flow, ...(flow.failed && { failed: [...flow.failed] }) };
}
