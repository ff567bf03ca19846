import type { Observation } from '../../capture/capture.ts';
import { isLoopback } from '../../net/address.ts';
import { type Place, putAt, type Translation } from './translation.ts';

/** Puts observations of single connections at the places to which they are translated. */
export interface TranslateConnections {
  /** Takes note of translated connections that have begun. */
  learn(translations: readonly Translation[], now: number): void;
  translate(observation: Observation, now: number): Observation;
  /** Connections given up so far because there were too many. */
  readonly dropped: number;
}

/** How long a connection is remembered that is not observed, in ms: until conntrack itself has forgotten it. */
const MEMORY = 120_000;
const MOST = 32_768;

export function createTranslateConnections(most = MOST): TranslateConnections {
  /** In the order in which they were last in use. */
  const known = new Map<string, { readonly place: Place; readonly usedAt: number }>();
  let dropped = 0;

  function keep(key: string, place: Place, now: number): void {
    known.delete(key);
    known.set(key, { place, usedAt: now });
  }

  function forget(now: number): void {
    for (const [key, { usedAt }] of known) {
      if (now - usedAt <= MEMORY && known.size <= most) return;
      if (now - usedAt <= MEMORY) dropped++;
      known.delete(key);
    }
  }

  return {
    learn(translations, now) {
      for (const { netns, end, place } of translations) {
        const port = end.direction === 'outbound' ? end.remotePort : end.localPort;
        const clientPort = end.direction === 'outbound' ? end.localPort : end.remotePort;
        keep(keyOf({ netns, ...end, port }, clientPort), place, now);
      }
      forget(now);
    },
    translate(observation, now) {
      const { clientPort } = observation;
      if (known.size === 0 || clientPort === undefined) return observation;
      const key = keyOf(observation, clientPort);
      const found = known.get(key);
      if (!found) return observation;
      keep(key, found.place, now);
      return putAt(observation, found.place);
    },
    get dropped() {
      return dropped;
    },
  };
}

/** Loopback means another thing in each network namespace. */
function keyOf(
  at: Pick<Observation, 'netns' | 'transport' | 'direction' | 'localAddress' | 'remoteAddress' | 'port'>,
  clientPort: number,
): string {
  const { netns, transport, direction, localAddress, remoteAddress, port } = at;
  const where = isLoopback(localAddress) || isLoopback(remoteAddress) ? netns : '';
  return `${where} ${transport} ${direction} ${clientPort} ${port} ${localAddress} ${remoteAddress}`;
}
