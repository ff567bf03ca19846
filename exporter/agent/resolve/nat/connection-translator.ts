import type { Observation } from '../../capture/capture.ts';
import { isLoopback } from '../../net/address.ts';
import { type Translation, type WireAddresses, withWireAddresses } from './translation.ts';

/** Translates the observations of single connections. */
export interface ConnectionTranslator {
  /** Adds translated connections that have begun. */
  learn(translations: readonly Translation[], now: number): void;
  /** A connection whose translation may have been dropped is returned without its destination. */
  translate(observation: Observation, now: number): Observation;
  /** Connections dropped so far because there were too many. */
  readonly dropped: number;
}

/** How long a connection is kept that no reading contains, in ms: conntrack has removed it by then. */
const KEEP_FOR = 120_000;
const MAX_CONNECTIONS = 32_768;

export function createConnectionTranslator(max = MAX_CONNECTIONS): ConnectionTranslator {
  /** Least recently used first. */
  const known = new Map<string, { readonly wire: WireAddresses; readonly usedAt: number }>();
  /** What connections have in common with dropped ones, and when such a connection was last observed. */
  const doubtful = new Map<string, number>();
  let dropped = 0;

  function keep(key: string, wire: WireAddresses, now: number): void {
    known.delete(key);
    known.set(key, { wire, usedAt: now });
  }

  function expire(now: number): void {
    for (const [key, { usedAt }] of known) {
      if (now - usedAt <= KEEP_FOR && known.size <= max) return;
      known.delete(key);
      if (now - usedAt > KEEP_FOR) continue;
      dropped++;
      doubtful.set(groupOf(key), now);
    }
  }

  function expireDoubts(now: number): void {
    for (const [group, usedAt] of doubtful) if (now - usedAt > KEEP_FOR) doubtful.delete(group);
  }

  return {
    learn(translations, now) {
      for (const { netns, tuple, wire } of translations) {
        const port = tuple.direction === 'outbound' ? tuple.remotePort : tuple.localPort;
        const clientPort = tuple.direction === 'outbound' ? tuple.localPort : tuple.remotePort;
        keep(keyOf({ netns, ...tuple, port }, clientPort), wire, now);
      }
      expire(now);
      expireDoubts(now);
    },
    translate(observation, now) {
      const { clientPort } = observation;
      if (known.size === 0 || clientPort === undefined) return observation;
      const key = keyOf(observation, clientPort);
      const found = known.get(key);
      if (!found) {
        const group = groupOf(key);
        if (!doubtful.has(group)) return observation;
        doubtful.set(group, now);
        return { ...observation, folded: true };
      }
      keep(key, found.wire, now);
      return withWireAddresses(observation, found.wire);
    },
    get dropped() {
      return dropped;
    },
  };
}

/** Each network namespace has its own loopback. */
function keyOf(
  at: Pick<Observation, 'netns' | 'transport' | 'direction' | 'localAddress' | 'remoteAddress' | 'port'>,
  clientPort: number,
): string {
  const { netns, transport, direction, localAddress, remoteAddress, port } = at;
  const scope = isLoopback(localAddress) || isLoopback(remoteAddress) ? netns : '';
  return `${clientPort} ${scope} ${transport} ${direction} ${port} ${localAddress} ${remoteAddress}`;
}

/** All of a key except the client's port. */
function groupOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}
