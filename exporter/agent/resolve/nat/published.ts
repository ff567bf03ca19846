import type { Listener, Reading } from '../../capture/capture.ts';
import type { TrackedConnection } from '../../conntrack/conntrack.ts';
import { isLoopback, isWildcard } from '../../net/address.ts';

/** Addresses and ports that lead to listeners of this host, as traffic has shown. */
export interface Published {
  learn(connections: readonly TrackedConnection[], isHere: (address: string) => boolean, now: number): void;
  /** The listeners of a pass once more, each at the places that lead to it. */
  listeners(pass: Reading, addressesAt: (netns: number) => readonly string[], now: number): Listener[];
}

interface Entrance {
  readonly transport: TrackedConnection['transport'];
  readonly address: string;
  readonly port: number;
  /** Where it leads; undefined once it has led to several places, so that nobody can be named. */
  to: { readonly address: string; readonly port: number } | undefined;
  usedAt: number;
}

const MOST = 1_024;
/** An entrance may lead to another, such as the host's to one of the container. No way is longer. */
const STEPS = 4;
/** Without traffic for this long a place is taken to lead nowhere, in ms. */
const IDLE = 3_600_000;

export function createPublished(): Published {
  const entrances = new Map<string, Entrance>();

  function note({ transport, original, reply }: TrackedConnection, now: number): void {
    const key = keyOf(transport, { address: original.dst, port: original.dstPort });
    const known = entrances.get(key);
    if (!known) {
      if (entrances.size >= MOST) return;
      const to = { address: reply.src, port: reply.srcPort };
      entrances.set(key, { transport, address: original.dst, port: original.dstPort, to, usedAt: now });
      return;
    }
    known.usedAt = now;
    if (known.to?.address !== reply.src || known.to.port !== reply.srcPort) known.to = undefined;
  }

  return {
    learn(connections, isHere, now) {
      for (const connection of connections) {
        const { original, reply } = connection;
        const isMoved = original.dst !== reply.src || original.dstPort !== reply.srcPort;
        // A virtual address that this host calls itself may lead to any host.
        const isEntrance = isHere(original.dst) || !isHere(original.src);
        if (isMoved && isEntrance && isHere(reply.src) && !isLoopback(original.dst)) note(connection, now);
      }
    },
    listeners({ listeners }, addressesAt, now) {
      for (const [key, { usedAt }] of entrances) if (now - usedAt > IDLE) entrances.delete(key);
      const find = ({ transport, to }: Entrance, steps = STEPS): Listener | undefined => {
        if (!to) return undefined;
        const next = entrances.get(keyOf(transport, to));
        const further = next && steps > 0 ? find(next, steps - 1) : undefined;
        return further ?? listeners.find((one) => isAt(one, transport, to, addressesAt(one.netns)));
      };
      return [...entrances.values()].flatMap((entrance) => {
        const listener = find(entrance);
        return listener ? [{ ...listener, address: entrance.address, port: entrance.port }] : [];
      });
    },
  };
}

function keyOf(transport: string, { address, port }: NonNullable<Entrance['to']>): string {
  return `${transport} ${address} ${port}`;
}

function isAt(
  listener: Listener,
  transport: string,
  to: { readonly address: string; readonly port: number },
  addresses: readonly string[],
): boolean {
  if (listener.transport !== transport || listener.port !== to.port) return false;
  return listener.address === to.address || (isWildcard(listener.address) && addresses.includes(to.address));
}
