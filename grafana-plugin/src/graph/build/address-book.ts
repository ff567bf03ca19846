import { isLoopback, isWildcard } from '../model/address.ts';
import { type Endpoint, type HalfEdge, type Listener, remoteOf, reporterOf } from '../model/half-edge.ts';

/** Maps addresses to their hosts, and to the endpoints that listen on them. */
export interface AddressBook {
  /** Whether the address is valid on its own host only: loopback, or used by several hosts. */
  isHostLocal(address: string): boolean;
  /** The host that has the address from the perspective of `reporter`, or ''. */
  ownerOf(address: string, reporter: string): string;
  /** The endpoints that listen on exactly this address and port from the perspective of `reporter`. */
  listenersAt(transport: string, address: string, port: string, reporter: string): readonly Endpoint[];
}

const socketKey = (transport: string, address: string, port: string) => `${transport} ${port} ${address}`;

/** Builds the address book from the local endpoints that hosts report. */
export function createAddressBook(
  halfEdges: readonly HalfEdge[],
  listeners: readonly Listener[],
): AddressBook {
  const owners = new Map<string, Set<string>>();
  const listening = new Map<string, Endpoint[]>();

  const claim = (transport: string, { address, host }: Endpoint) => {
    if (transport === 'unix' || host === '' || isWildcard(address) || isLoopback(address)) return;
    const hosts = owners.get(address);
    if (hosts) hosts.add(host);
    else owners.set(address, new Set([host]));
  };
  const listen = ({ transport, port, endpoint: end }: Listener) => {
    claim(transport, end);
    if (isWildcard(end.address)) return;
    const key = socketKey(transport, end.address, port);
    const ends = listening.get(key);
    if (ends) ends.push(end);
    else listening.set(key, [end]);
  };
  for (const { direction, src, dst, transport, port } of halfEdges) {
    if (direction === 'outbound') claim(transport, src);
    else if (direction === 'unknown') claim(transport, dst);
    // A server that a client has reached at this address listens there for other clients too.
    else listen({ transport, port, endpoint: dst });
  }
  for (const listener of listeners) listen(listener);

  const isHostLocal = (address: string) => isLoopback(address) || (owners.get(address)?.size ?? 0) > 1;

  return {
    isHostLocal,
    ownerOf(address, reporter) {
      if (isLoopback(address)) return reporter;
      const hosts = owners.get(address);
      if (hosts?.size === 1) return [...hosts][0] ?? '';
      return hosts?.has(reporter) ? reporter : '';
    },
    listenersAt(transport, address, port, reporter) {
      const ends = listening.get(socketKey(transport, address, port)) ?? [];
      return transport === 'unix' || isHostLocal(address)
        ? ends.filter((end) => end.host === reporter)
        : ends;
    },
  };
}

/**
 * The join key of a half-edge: the addresses, port and transport of its connections, and the host if the addresses are
 * valid on that host only, as those of Unix sockets are. A remote endpoint that has no address, and that the reporter
 * does not know as a service of a host either, is identified by its name and site: such a half-edge joins with none of
 * another reporter.
 */
export function joinKey(halfEdge: HalfEdge, book: AddressBook): string {
  const { direction, src, dst, port, transport } = halfEdge;
  const remote = remoteOf(halfEdge);
  if (!canBeReportedToo(halfEdge))
    return JSON.stringify([direction, port, transport, remote.service, remote.site]);
  const isLocal =
    transport === 'unix' ||
    (src.address === '' && dst.address === '') ||
    (book.isHostLocal(src.address) && book.isHostLocal(dst.address));
  return JSON.stringify([src.address, dst.address, port, transport, isLocal ? reporterOf(halfEdge) : '']);
}

/** Whether another half-edge can be identified as the report of the remote endpoint. */
function canBeReportedToo(halfEdge: HalfEdge): boolean {
  const { src, dst, transport } = halfEdge;
  const remote = remoteOf(halfEdge);
  // Of the two endpoints of a Unix socket, only the server has an address.
  const hasAddress = transport === 'unix' ? src.address + dst.address !== '' : remote.address !== '';
  return hasAddress || (remote.service !== '' && remote.host !== '');
}
