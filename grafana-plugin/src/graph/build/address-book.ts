import { isLoopback, isWildcard } from '../model/address.ts';
import { type Endpoint, type HalfEdge, type Listener, reporterOf } from '../model/half-edge.ts';

/** Knows whose each address is, and who listens on it. */
export interface AddressBook {
  /** Whether the address means something on its own host only: loopback, or claimed by several hosts. */
  isHostLocal(address: string): boolean;
  /** The host that owns the address as `reporter` sees it, or ''. */
  ownerOf(address: string, reporter: string): string;
  /** Everyone who listens on exactly this address and port as `reporter` sees it. */
  listenersAt(transport: string, address: string, port: string, reporter: string): readonly Endpoint[];
}

const socketKey = (transport: string, address: string, port: string) => `${transport} ${port} ${address}`;

/** Builds the book from what hosts say of their own addresses. */
export function createAddressBook(halves: readonly HalfEdge[], listeners: readonly Listener[]): AddressBook {
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
  for (const { direction, src, dst, transport, port } of halves) {
    if (direction === 'outbound') claim(transport, src);
    else if (direction === 'unknown') claim(transport, dst);
    // Whoever was asked there by one client also listens for the others.
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
 * The join key of a half: the host is part of it where the addresses mean something on that host only, as the
 * names of Unix sockets do. Halves without addresses, which stand for many dependencies, never meet another.
 */
export function joinKey(half: HalfEdge, book: AddressBook): string {
  const { direction, src, dst, port, transport } = half;
  if (src.address === '' && dst.address === '') return JSON.stringify([direction, port, transport]);
  const local = transport === 'unix' || (book.isHostLocal(src.address) && book.isHostLocal(dst.address));
  return JSON.stringify([src.address, dst.address, port, transport, local ? reporterOf(half) : '']);
}
