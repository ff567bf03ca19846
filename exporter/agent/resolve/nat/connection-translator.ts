import type { Observation } from '../../capture/capture.ts';
import { isLoopback } from '../../net/address.ts';
import { type Translation, type WireAddresses, withWireAddresses } from './translation.ts';

/** Translates the observations of single connections. */
export interface ConnectionTranslator {
  /** Adds translated connections that have begun. */
  learn(translations: readonly Translation[], now: number): void;
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
  let dropped = 0;

  function keep(key: string, wire: WireAddresses, now: number): void {
    known.delete(key);
    known.set(key, { wire, usedAt: now });
  }

  function expire(now: number): void {
    for (const [key, { usedAt }] of known) {
      if (now - usedAt <= KEEP_FOR && known.size <= max) return;
      if (now - usedAt <= KEEP_FOR) dropped++;
      known.delete(key);
    }
  }

  return {
    learn(translations, now) {
      for (const { netns, tuple, wire } of translations) {
        const port = tuple.direction === 'outbound' ? tuple.remotePort : tuple.localPort;
        const clientPort = tuple.direction === 'outbound' ? tuple.localPort : tuple.remotePort;
        keep(keyOf({ netns, ...tuple, port }, clientPort), wire, now);
      }
      expire(now);
    },
    translate(observation, now) {
      const { clientPort } = observation;
      if (known.size === 0 || clientPort === undefined) return observation;
      const key = keyOf(observation, clientPort);
      const found = known.get(key);
      if (!found) return observation;
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
  return `${scope} ${transport} ${direction} ${clientPort} ${port} ${localAddress} ${remoteAddress}`;
}
