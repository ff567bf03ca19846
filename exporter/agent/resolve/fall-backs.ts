import type { Flow } from '../aggregate/fold.ts';
import { ERROR_TYPES, FAILURES } from '../capture/capture.ts';
import { type HalfEdge, hasFailedOnly } from '../half-edge.ts';
import { isIpv6 } from '../net/address.ts';
import { removeOldest } from '../remove-oldest.ts';

/**
 * A name has an IPv6 and an IPv4 address, and a client that cannot connect to one connects to the other ("happy
 * eyeballs", RFC 8305). Its attempts at the first belong to the edge of the second, and count there as `fallback`, up to
 * the number of connections that the same process opened. Those of an outage of both go to that edge, too, as what they
 * are: after one cycle, in which the connection may still follow, unless `releaseAll`.
 */
export type FollowFallBacks = (halfEdges: readonly HalfEdge[], releaseAll?: boolean) => readonly HalfEdge[];

/** The most addresses that are remembered together with the address used instead; the first are removed first. */
const MAX_REMEMBERED = 1024;

const FALLBACK = ERROR_TYPES.indexOf('fallback');

/** Both endpoints of an edge. */
type Endpoints = Pick<HalfEdge, 'src' | 'dst'>;

/** `nameOf` is the name of an address, from DNS. */
export function createFollowFallBacks(nameOf: (address: string) => string | undefined): FollowFallBacks {
  let waiting: readonly HalfEdge[] = [];
  const remembered = new Map<string, Endpoints>();

  function remember(key: string, { src, dst }: Endpoints): void {
    remembered.delete(key);
    remembered.set(key, { src, dst });
    removeOldest(remembered, MAX_REMEMBERED);
  }

  /** Whether two addresses of different families are one destination: by its listener, or by its name. */
  function isSameDestination(one: HalfEdge, other: HalfEdge): boolean {
    if (isIpv6(one.flow.remoteAddress) === isIpv6(other.flow.remoteAddress)) return false;
    const [a, b] = [one.dst, other.dst];
    if (a.address === b.address || (a.host !== undefined && a.host === b.host && a.service === b.service))
      return true;
    const name = nameOf(one.flow.remoteAddress);
    return name !== undefined && name === nameOf(other.flow.remoteAddress);
  }

  /** The address that a client connects to instead of another. */
  function findInstead(half: HalfEdge, connected: readonly Connected[] = []) {
    const instead = connected.find((other) => isSameDestination(half, other.half));
    const key = destinationKey(half);
    if (instead) remember(key, instead.half);
    return { instead, to: instead?.half ?? remembered.get(key) };
  }

  return (halfEdges, releaseAll = false) => {
    const attempts = halfEdges.filter(isAttempt);
    if (attempts.length + waiting.length === 0) return halfEdges;
    const connected = connectedBy(halfEdges, new Set([...waiting, ...attempts].map(processKey)));
    const next: HalfEdge[] = [];

    function follow(half: HalfEdge, mayWait: boolean): HalfEdge[] {
      const { instead, to } = findInstead(half, connected.get(processKey(half)));
      const { matched, rest } = splitFailures(half.flow, instead?.credit ?? 0);
      const moved = to ? { src: { ...half.src, address: to.src.address }, dst: to.dst } : half;
      const isFollowed = matched !== undefined && instead !== undefined;
      if (isFollowed) instead.credit -= matched.failed[FALLBACK] ?? 0;
      const followed = isFollowed ? [{ ...half, ...moved, flow: matched }] : [];
      if (!rest) return followed;
      const isPaired = half.dst.address !== half.flow.remoteAddress;
      if (mayWait && (to || isPaired || nameOf(half.flow.remoteAddress) !== undefined)) {
        next.push({ ...half, flow: rest });
        return followed;
      }
      return [...followed, { ...half, ...moved, flow: rest }];
    }

    const late = waiting.flatMap((half) => follow(half, false));
    const others = halfEdges.flatMap((half) => (isAttempt(half) ? follow(half, !releaseAll) : [half]));
    waiting = next;
    return [...late, ...others];
  };
}

/** Connections of a process: how many of them no fallback has been matched with. */
interface Connected {
  readonly half: HalfEdge;
  credit: number;
}

function connectedBy(
  halfEdges: readonly HalfEdge[],
  processes: ReadonlySet<string>,
): Map<string, Connected[]> {
  const connected = new Map<string, Connected[]>();
  for (const half of halfEdges) {
    const { direction, open, opened } = half.flow;
    if (direction !== 'outbound' || open + opened === 0) continue;
    const key = processKey(half);
    if (processes.has(key)) connected.set(key, [...(connected.get(key) ?? []), { half, credit: opened }]);
  }
  return connected;
}

function isAttempt({ flow }: HalfEdge): boolean {
  return flow.direction === 'outbound' && flow.transport === 'tcp' && hasFailedOnly(flow);
}

function processKey({ flow: { netns, pid, image, port } }: HalfEdge): string {
  return `${netns} ${pid} ${image} ${port}`;
}

/** Not of a process, since the client might restart during an outage. */
function destinationKey({ flow: { netns, port, remoteAddress }, src, dst }: HalfEdge): string {
  return `${netns} ${port} ${remoteAddress} ${dst.service ?? ''}\0${src.service ?? ''}`;
}

/** Up to `most` of the failures as fallbacks, and the rest of the flow; each undefined if there is none. */
function splitFailures(flow: Flow, most: number) {
  let credit = most;
  const rest = FAILURES.map((_, at) => {
    const count = flow.failed?.[at] ?? 0;
    const moved = Math.min(count, credit);
    credit -= moved;
    return count - moved;
  });
  const used = most - credit;
  const fallBacks = ERROR_TYPES.map((_, at) => (at === FALLBACK ? used : 0));
  return {
    matched: used > 0 ? { ...flow, failed: fallBacks } : undefined,
    rest: rest.some((count) => count > 0) ? { ...flow, failed: rest } : undefined,
  };
}
