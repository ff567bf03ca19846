import type { ConnectionTuple } from '../../capture/capture.ts';
import type { TrackedConnection } from '../../conntrack/conntrack.ts';
import type { ConntrackTuple } from '../../conntrack/message.ts';
import { isLoopback } from '../../net/address.ts';

/** Where a dependency goes from and to, as the own end has it. */
export interface Place {
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** The one on which the destination listens. */
  readonly port: number;
}

/** What is seen of a connection's end, at its place; whoever asks for another address still has that one's name. */
export function putAt<Seen extends Place & { readonly direction: string }>(
  seen: Seen,
  { localAddress, remoteAddress, port }: Place,
): Seen & { readonly originalAddress?: string } {
  const placed = { ...seen, localAddress, remoteAddress, port };
  if (seen.direction !== 'outbound' || remoteAddress === seen.remoteAddress) return placed;
  return { ...placed, originalAddress: seen.remoteAddress };
}

/** One end of a connection on this host, and under which addresses both hosts know that connection. */
export interface Translation {
  /** The network namespace in which the translation was made: not always that of the socket. */
  readonly netns: number;
  readonly end: ConnectionTuple;
  readonly place: Place;
  /** It has been told already, as a step of its way was not known then. */
  readonly again?: true;
}

/**
 * What becomes of the ends on this host of translated connections. Both hosts tell a connection as it is on the wire
 * between them, so that their halves meet: who asks takes the place to which this host has sent it, and where the one
 * that asks is elsewhere, who is asked takes the place at which it asked. Where both are on this host they meet at the
 * socket that is asked. `isHere` tells the addresses of this host.
 *
 * A connection may be translated in several network namespaces in turn, such as a container's and the host's. Some of
 * its steps may be among those heard of `earlier`, in the call before.
 */
export function translationsOf(
  connections: readonly TrackedConnection[],
  isHere: (address: string) => boolean,
  earlier: readonly TrackedConnection[] = [],
): Translation[] {
  const steps = [...earlier, ...connections];
  const before = new Set(earlier);
  const hasSteps = steps.some(({ netns }) => netns !== steps[0]?.netns);
  const next = new Map<string, TrackedConnection>();
  const previous = new Map<string, TrackedConnection>();
  for (const step of hasSteps ? steps : []) {
    next.set(wayKey(step, step.original), step);
    previous.set(wayKey(step, reversed(step.reply)), step);
  }
  const firstOf = (step: TrackedConnection) => last(step, (at) => previous.get(wayKey(at, at.original)));
  const lastOf = (step: TrackedConnection) => last(step, (at) => next.get(wayKey(at, reversed(at.reply))));

  return connections.flatMap((connection) => {
    const [first, end] = hasSteps ? [firstOf(connection), lastOf(connection)] : [connection, connection];
    const translations: Translation[] = [];
    if (isHere(first.original.src) && (first === connection || before.has(first)))
      translations.push({ ...asAsked(first, end), ...(first !== connection && { again: true as const }) });
    if (end === connection && isHere(end.reply.src) && !isHere(first.original.src))
      translations.push(asAnswered(first, end));
    return translations.filter(isTold);
  });
}

/** By the first and the last step of its way. */
function asAsked(
  { netns, transport, original }: TrackedConnection,
  { reply }: TrackedConnection,
): Translation {
  return {
    netns,
    end: {
      ...{ transport, direction: 'outbound' },
      ...{ localAddress: original.src, localPort: original.srcPort },
      ...{ remoteAddress: original.dst, remotePort: original.dstPort },
    },
    place: { localAddress: reply.dst, remoteAddress: reply.src, port: reply.srcPort },
  };
}

function asAnswered(
  { original }: TrackedConnection,
  { netns, transport, reply }: TrackedConnection,
): Translation {
  return {
    netns,
    end: {
      ...{ transport, direction: 'inbound' },
      ...{ localAddress: reply.src, localPort: reply.srcPort },
      ...{ remoteAddress: reply.dst, remotePort: reply.dstPort },
    },
    place: { localAddress: original.dst, remoteAddress: original.src, port: original.dstPort },
  };
}

/** No way is longer: each step is a network namespace that sends it on. */
const STEPS = 4;

function last(
  connection: TrackedConnection,
  step: (at: TrackedConnection) => TrackedConnection | undefined,
): TrackedConnection {
  let at = connection;
  for (let steps = 0; steps < STEPS; steps++) {
    const further = step(at);
    if (!further || further === at) break;
    at = further;
  }
  return at;
}

/** Where only the port of the end that asks has changed, nothing that is told has. */
function isTold({ end, place }: Translation): boolean {
  const port = end.direction === 'outbound' ? end.remotePort : end.localPort;
  return (
    place.localAddress !== end.localAddress ||
    place.remoteAddress !== end.remoteAddress ||
    place.port !== port
  );
}

function reversed({ src, srcPort, dst, dstPort }: ConntrackTuple): ConntrackTuple {
  return { src: dst, srcPort: dstPort, dst: src, dstPort: srcPort };
}

/** Loopback addresses mean another thing in every network namespace. */
function wayKey(
  { netns, transport }: TrackedConnection,
  { src, srcPort, dst, dstPort }: ConntrackTuple,
): string {
  const where = isLoopback(src) || isLoopback(dst) ? netns : '';
  return `${where} ${transport} ${src} ${srcPort} ${dst} ${dstPort}`;
}
