import type { Listener } from '../../capture/capture.ts';
import type { TrackedConnection } from '../../conntrack/conntrack.ts';
import { isLoopback } from '../../net/address.ts';
import { createListenerGroups } from '../../net/listener-index.ts';

/** The addresses of this host. */
export interface HostAddresses {
  /** Whether a network namespace has the address, loopback left out. */
  has(netns: number, address: string): boolean;
  isLocal(address: string): boolean;
}

/**
 * The translated addresses and ports through which other hosts reach listeners of this host, learned from their
 * connections. Connections of this host's own processes do not show what others reach: a redirect to a local proxy
 * translates the addresses of servers anywhere.
 */
export interface PublishedListeners {
  learn(connections: readonly TrackedConnection[], host: HostAddresses, now: number): void;
  /** Copies of `listeners` with the addresses and ports through which they are reached. */
  find(
    listeners: readonly Listener[],
    addressesAt: (netns: number) => readonly string[],
    now: number,
  ): Listener[];
}

interface Destination {
  readonly address: string;
  readonly port: number;
}

/** An address and port that connections are translated from, such as those of a published port. */
interface TranslatedAddress extends Destination {
  readonly transport: TrackedConnection['transport'];
  /** The network namespace that translates it. */
  readonly netns: number;
  /** Whether no network namespace of this host has the address. */
  readonly isVirtual: boolean;
  /** Undefined if it has led to several destinations, so that no single listener is behind it. */
  to: Destination | undefined;
  /** Whether clients on other hosts have used it. Otherwise it is only a step of translations in turn. */
  isPublished: boolean;
  usedAt: number;
}

const MAX_ADDRESSES = 1_024;
/** The most translations in turn, such as the host's and then the container's. */
const MAX_STEPS = 4;
/** How long an address is kept without a connection, in ms. */
const KEEP_FOR = 3_600_000;

export function createPublishedListeners(): PublishedListeners {
  const known = new Map<string, TranslatedAddress>();
  /** Virtual addresses in the last cycle, and clients that seemed to be on other hosts. */
  let unconfirmed: (readonly [address: TranslatedAddress, client: string])[] = [];

  /** The entry for the original destination of a connection. Undefined if there are too many. */
  function entryOf(
    { transport, netns, original, reply }: TrackedConnection,
    isVirtual: boolean,
    now: number,
  ): TranslatedAddress | undefined {
    const from = { address: original.dst, port: original.dstPort };
    const key = keyOf(transport, from);
    const last = known.get(key);
    if (last || known.size >= MAX_ADDRESSES) return last;
    const to = { address: reply.src, port: reply.srcPort };
    const entry = { transport, netns, isVirtual, ...from, to, isPublished: false, usedAt: now };
    known.set(key, entry);
    return entry;
  }

  function note(connection: TrackedConnection, host: HostAddresses, now: number): void {
    const { transport, netns, original, reply } = connection;
    const use = useOf(connection, host);
    const entry = use
      ? entryOf(connection, use === 'virtual', now)
      : known.get(keyOf(transport, { address: original.dst, port: original.dstPort }));
    // A process of this host may be redirected on its way to an address that others reach directly.
    if (!entry || (!use && !entry.isVirtual)) return;
    const { to } = entry;
    const leadsElsewhere = to?.address !== reply.src || to.port !== reply.srcPort || entry.netns !== netns;
    if (leadsElsewhere && (use || !host.isLocal(reply.src))) entry.to = undefined;
    if (!use) return;
    entry.usedAt = now;
    if (host.isLocal(original.src)) return;
    if (use === 'own') entry.isPublished = true;
    else if (!entry.isPublished) unconfirmed.push([entry, original.src]);
  }

  return {
    learn(connections, host, now) {
      // The network namespace of a client on this host may have been too new to be known.
      for (const [entry, client] of unconfirmed) entry.isPublished ||= !host.isLocal(client);
      unconfirmed = [];
      for (const connection of connections) note(connection, host, now);
    },
    find(listeners, addressesAt, now) {
      for (const [key, { usedAt }] of known) if (now - usedAt > KEEP_FOR) known.delete(key);
      const index = createListenerGroups(listeners, (listener) => listener);
      const namespaces = [...new Set(listeners.map(({ netns }) => netns))];
      // Where the addresses of a namespace cannot be read, what its listeners are bound to is known.
      const bound = new Set(listeners.map(({ netns, address }) => `${netns} ${address}`));
      const has = (netns: number, address: string) =>
        addressesAt(netns).includes(address) || bound.has(`${netns} ${address}`);

      /** Separate networks may use the same address: undefined if several namespaces have it. */
      const namespaceOf = (address: string, from: number): number | undefined => {
        if (isLoopback(address) || has(from, address)) return from;
        const [netns, ...others] = namespaces.filter((at) => has(at, address));
        return others.length > 0 ? undefined : netns;
      };
      const behind = (
        { transport, netns: from, to }: TranslatedAddress,
        steps = MAX_STEPS,
      ): readonly Listener[] => {
        if (!to) return [];
        const next = known.get(keyOf(transport, to));
        const further = next && steps > 0 ? behind(next, steps - 1) : [];
        if (further.length > 0) return further;
        const netns = namespaceOf(to.address, from);
        return netns === undefined ? [] : index.find({ netns, transport, ...to });
      };
      // The address may have moved to another host.
      const isHere = ({ netns, address, isVirtual }: TranslatedAddress) =>
        isVirtual || addressesAt(netns).length === 0 || addressesAt(netns).includes(address);
      return [...known.values()].flatMap((translated) => {
        const { address, port, isPublished } = translated;
        const listeners = isPublished && isHere(translated) ? behind(translated) : [];
        return listeners.map((listener) => ({ ...listener, address, port }));
      });
    },
  };
}

/**
 * How a connection that is translated on its way to a listener of this host uses its original destination: as an
 * address of the namespace that it enters (`own`); or as one of no host, from which the namespace forwards to a listener
 * for other hosts (`virtual`). Undefined if the destination is a server of its own, wherever it is: a redirect to a
 * proxy in the namespace of the client, or of a gateway, takes the connection from it.
 */
function useOf(
  { netns, original, reply }: TrackedConnection,
  { has, isLocal }: HostAddresses,
): 'own' | 'virtual' | undefined {
  const isOwn = (address: string) => isLoopback(address) || has(netns, address);
  const isTranslated = original.dst !== reply.src || original.dstPort !== reply.srcPort;
  if (!isTranslated || !isLocal(reply.src) || isLoopback(original.dst) || isOwn(original.src))
    return undefined;
  if (isOwn(original.dst)) return 'own';
  return isLocal(original.dst) || isLocal(original.src) || isOwn(reply.src) ? undefined : 'virtual';
}

function keyOf(transport: string, { address, port }: Destination): string {
  return `${transport} ${address} ${port}`;
}
