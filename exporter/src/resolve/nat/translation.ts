import type { ConnectionEnd } from '../../capture/capture.ts';
import type { Tracked } from '../../conntrack/conntrack.ts';
import type { Way } from '../../conntrack/message.ts';
import { isLoopback } from '../../net/address.ts';

/** Where a dependency goes from and to, as the own end has it. */
export interface Place {
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** The one on which the destination listens. */
  readonly port: number;
}

/** One end of a connection on this host, and under which addresses both hosts know that connection. */
export interface Translation {
  /** The network namespace in which the translation was made: not always that of the socket. */
  readonly netns: number;
  readonly end: ConnectionEnd;
  readonly place: Place;
}

/**
 * What becomes of the ends on this host of translated connections. Both hosts tell a connection as it is on the wire
 * between them, so that their halves meet: who asks takes the place to which this host has sent it, and where the one
 * that asks is elsewhere, who is asked takes the place at which it asked. Where both are on this host they meet at the
 * socket that is asked. `isHere` tells the addresses of this host.
 *
 * A connection may be translated in several network namespaces in turn, such as a container's and the host's.
 */
export function translationsOf(
  connections: readonly Tracked[],
  isHere: (address: string) => boolean,
): Translation[] {
  const next = new Map<string, Tracked>();
  const previous = new Map<string, Tracked>();
  if (connections.some(({ netns }) => netns !== connections[0]?.netns))
    for (const connection of connections) {
      next.set(wayKey(connection, connection.original), connection);
      previous.set(wayKey(connection, reversed(connection.reply)), connection);
    }

  return connections.flatMap((connection) => {
    const asks = isHere(connection.original.src) ? [asAsked(connection, next)] : [];
    const isAsked = isHere(connection.reply.src) ? asAnswered(connection, previous, isHere) : undefined;
    return [...asks, ...(isAsked ? [isAsked] : [])].filter(isTold);
  });
}

function asAsked(connection: Tracked, next: ReadonlyMap<string, Tracked>): Translation {
  const { netns, transport, original } = connection;
  const { reply } = last(connection, (at) => next.get(wayKey(at, reversed(at.reply))));
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
  connection: Tracked,
  previous: ReadonlyMap<string, Tracked>,
  isHere: (address: string) => boolean,
): Translation | undefined {
  const { netns, transport, reply } = connection;
  const { original } = last(connection, (at) => previous.get(wayKey(at, at.original)));
  if (isHere(original.src)) return undefined;
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

function last(connection: Tracked, step: (at: Tracked) => Tracked | undefined): Tracked {
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

function reversed({ src, srcPort, dst, dstPort }: Way): Way {
  return { src: dst, srcPort: dstPort, dst: src, dstPort: srcPort };
}

/** Loopback addresses mean another thing in every network namespace. */
function wayKey({ netns, transport }: Tracked, { src, srcPort, dst, dstPort }: Way): string {
  const where = isLoopback(src) || isLoopback(dst) ? netns : '';
  return `${where} ${transport} ${src} ${srcPort} ${dst} ${dstPort}`;
}
