import type { ConnectionTuple } from '../../capture/capture.ts';
import type { TrackedConnection } from '../../conntrack/conntrack.ts';
import type { ConntrackTuple } from '../../conntrack/message.ts';
import { isLoopback } from '../../net/address.ts';

/** The addresses of a connection on the wire between the two hosts, from the local endpoint's view. */
export interface WireAddresses {
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** The server's port. */
  readonly port: number;
}

/** Replaces the addresses by those on the wire. An outbound record keeps the original destination, whose name may be known. */
export function withWireAddresses<Addressed extends WireAddresses & { readonly direction: string }>(
  record: Addressed,
  { localAddress, remoteAddress, port }: WireAddresses,
): Addressed & { readonly originalAddress?: string } {
  const translated = { ...record, localAddress, remoteAddress, port };
  if (record.direction !== 'outbound' || remoteAddress === record.remoteAddress) return translated;
  return { ...translated, originalAddress: record.remoteAddress };
}

/** A socket on this host whose connection is translated. */
export interface Translation {
  /** The network namespace that translates it: not always that of the socket. */
  readonly netns: number;
  /** As the socket has it. */
  readonly tuple: ConnectionTuple;
  readonly wire: WireAddresses;
  /** Replaces an earlier one, which did not know of a later step. */
  readonly isUpdate?: true;
  /** Whether the connection had ended when it was read. */
  readonly isOver?: true;
  /** Whether an endpoint was unknown in the cycle in which the kernel reported it. */
  readonly isLate?: true;
}

/**
 * The sockets of this host among the endpoints of translated connections. Both hosts report a connection as it is on the
 * wire between them, so that their half-edges match: a client on this host gets the address to which this host has
 * sent it; a server gets the address to which a client elsewhere has connected. If both are on this host, the
 * addresses are those of the server's socket.
 *
 * A connection may be translated in several network namespaces in turn, such as a container's and the host's. Some of
 * these steps may have been read in the cycle before: `earlier`. So may connections, of which an endpoint has become
 * known since: `late`.
 */
export function translationsOf(
  connections: readonly TrackedConnection[],
  isLocal: (address: string) => boolean,
  earlier: readonly TrackedConnection[] = [],
  late: readonly TrackedConnection[] = [],
): Translation[] {
  const steps = [...earlier, ...late, ...connections];
  const known = new Set(earlier);
  const hasSteps = steps.some(({ netns }) => netns !== steps[0]?.netns);
  const next = new Map<string, TrackedConnection>();
  const previous = new Map<string, TrackedConnection>();
  for (const step of hasSteps ? steps : []) {
    next.set(tupleKey(step, step.original), step);
    previous.set(tupleKey(step, reversed(step.reply)), step);
  }
  const firstOf = (step: TrackedConnection) => last(step, (at) => previous.get(tupleKey(at, at.original)));
  const lastOf = (step: TrackedConnection) => last(step, (at) => next.get(tupleKey(at, reversed(at.reply))));

  const translationsOfStep = (connection: TrackedConnection): Translation[] => {
    const [first, end] = hasSteps ? [firstOf(connection), lastOf(connection)] : [connection, connection];
    const translations: Translation[] = [];
    if (isLocal(first.original.src) && (first === connection || known.has(first)))
      translations.push({
        ...ofClient(first, end),
        ...(first !== connection && { isUpdate: true as const }),
      });
    if (end === connection && isLocal(end.reply.src) && !isLocal(first.original.src))
      translations.push(ofServer(first, end));
    const visible = translations.filter(isVisible);
    return connection.isOver ? visible.map((translation) => ({ ...translation, isOver: true })) : visible;
  };
  return [
    ...late.flatMap(translationsOfStep).map((translation) => ({ ...translation, isLate: true as const })),
    ...connections.flatMap(translationsOfStep),
  ];
}

/** From the first and the last step of a connection. */
function ofClient(
  { netns, transport, original }: TrackedConnection,
  { reply }: TrackedConnection,
): Translation {
  return {
    netns,
    tuple: {
      ...{ transport, direction: 'outbound' },
      ...{ localAddress: original.src, localPort: original.srcPort },
      ...{ remoteAddress: original.dst, remotePort: original.dstPort },
    },
    wire: { localAddress: reply.dst, remoteAddress: reply.src, port: reply.srcPort },
  };
}

function ofServer(
  { original }: TrackedConnection,
  { netns, transport, reply }: TrackedConnection,
): Translation {
  return {
    netns,
    tuple: {
      ...{ transport, direction: 'inbound' },
      ...{ localAddress: reply.src, localPort: reply.srcPort },
      ...{ remoteAddress: reply.dst, remotePort: reply.dstPort },
    },
    wire: { localAddress: original.dst, remoteAddress: original.src, port: original.dstPort },
  };
}

/** The most network namespaces that translate a connection in turn. */
const MAX_STEPS = 4;

function last(
  connection: TrackedConnection,
  step: (at: TrackedConnection) => TrackedConnection | undefined,
): TrackedConnection {
  let at = connection;
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const further = step(at);
    if (!further || further === at) break;
    at = further;
  }
  return at;
}

/** A translation of the client's port alone changes nothing that is reported. */
function isVisible({ tuple, wire }: Translation): boolean {
  const port = tuple.direction === 'outbound' ? tuple.remotePort : tuple.localPort;
  return (
    wire.localAddress !== tuple.localAddress ||
    wire.remoteAddress !== tuple.remoteAddress ||
    wire.port !== port
  );
}

function reversed({ src, srcPort, dst, dstPort }: ConntrackTuple): ConntrackTuple {
  return { src: dst, srcPort: dstPort, dst: src, dstPort: srcPort };
}

/** Each network namespace has its own loopback. */
function tupleKey(
  { netns, transport }: TrackedConnection,
  { src, srcPort, dst, dstPort }: ConntrackTuple,
): string {
  const scope = isLoopback(src) || isLoopback(dst) ? netns : '';
  return `${scope} ${transport} ${src} ${srcPort} ${dst} ${dstPort}`;
}
