import type { Listener } from '../../capture/capture.ts';
import type { TrackedConnection } from '../../conntrack/conntrack.ts';
import { isLoopback, isWildcard } from '../../net/address.ts';

/** The translated addresses and ports that lead to listeners of this host, learned from connections. */
export interface PublishedListeners {
  learn(connections: readonly TrackedConnection[], isLocal: (address: string) => boolean, now: number): void;
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
interface PublishedAddress extends Destination {
  readonly transport: TrackedConnection['transport'];
  /** Undefined if it has led to several destinations, so that no single listener is behind it. */
  to: Destination | undefined;
  usedAt: number;
}

const MAX_ADDRESSES = 1_024;
/** The most translations in turn, such as the host's and then the container's. */
const MAX_STEPS = 4;
/** How long an address is kept without a connection, in ms. */
const KEEP_FOR = 3_600_000;

export function createPublishedListeners(): PublishedListeners {
  const known = new Map<string, PublishedAddress>();

  function note({ transport, original, reply }: TrackedConnection, now: number): void {
    const from = { address: original.dst, port: original.dstPort };
    const to = { address: reply.src, port: reply.srcPort };
    const key = keyOf(transport, from);
    const published = known.get(key);
    if (!published) {
      if (known.size < MAX_ADDRESSES) known.set(key, { transport, ...from, to, usedAt: now });
      return;
    }
    published.usedAt = now;
    if (published.to?.address !== to.address || published.to.port !== to.port) published.to = undefined;
  }

  return {
    learn(connections, isLocal, now) {
      for (const connection of connections) {
        const { original, reply } = connection;
        const isTranslated = original.dst !== reply.src || original.dstPort !== reply.srcPort;
        // A virtual address to which this host itself connects may lead to any host.
        const isPublished = isLocal(original.dst) || !isLocal(original.src);
        if (isTranslated && isPublished && isLocal(reply.src) && !isLoopback(original.dst))
          note(connection, now);
      }
    },
    find(listeners, addressesAt, now) {
      for (const [key, { usedAt }] of known) if (now - usedAt > KEEP_FOR) known.delete(key);
      const behind = ({ transport, to }: PublishedAddress, steps = MAX_STEPS): Listener | undefined => {
        if (!to) return undefined;
        const next = known.get(keyOf(transport, to));
        const further = next && steps > 0 ? behind(next, steps - 1) : undefined;
        return (
          further ?? listeners.find((listener) => isAt(listener, transport, to, addressesAt(listener.netns)))
        );
      };
      return [...known.values()].flatMap((published) => {
        const listener = behind(published);
        return listener ? [{ ...listener, address: published.address, port: published.port }] : [];
      });
    },
  };
}

function keyOf(transport: string, { address, port }: Destination): string {
  return `${transport} ${address} ${port}`;
}

function isAt(listener: Listener, transport: string, to: Destination, addresses: readonly string[]): boolean {
  if (listener.transport !== transport || listener.port !== to.port) return false;
  return listener.address === to.address || (isWildcard(listener.address) && addresses.includes(to.address));
}
