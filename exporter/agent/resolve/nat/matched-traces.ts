import type { Trace } from '../../capture/capture.ts';
import { isLoopback } from '../../net/address.ts';
import { portsKey } from './pending-translations.ts';

/** Traces that have been matched with a translation in this cycle, each with a value. */
export interface MatchedTraces<T> {
  add(trace: Trace, value: T): void;
  /** Whether some of them have these ports. */
  has(localPort: number, remotePort: number): boolean;
  /** Removes and returns the values of those with the same addresses and ports. */
  takeRivals(trace: Trace): readonly T[];
  clear(): void;
}

export function createMatchedTraces<T>(): MatchedTraces<T> {
  const byPorts = new Map<number, { readonly trace: Trace; readonly value: T }[]>();
  return {
    add(trace, value) {
      const key = portsKey(trace.localPort, trace.remotePort);
      const known = byPorts.get(key);
      if (known) known.push({ trace, value });
      else byPorts.set(key, [{ trace, value }]);
    },
    has: (localPort, remotePort) => byPorts.has(portsKey(localPort, remotePort)),
    takeRivals(trace) {
      const key = portsKey(trace.localPort, trace.remotePort);
      const known = byPorts.get(key) ?? [];
      const rivals = known.filter((matched) => hasSameTuple(matched.trace, trace));
      if (rivals.length > 0)
        byPorts.set(
          key,
          known.filter((matched) => !rivals.includes(matched)),
        );
      return rivals.map(({ value }) => value);
    },
    clear: () => byPorts.clear(),
  };
}

/** Of those with the same ports. Each network namespace has its own loopback. */
function hasSameTuple(one: Trace, other: Trace): boolean {
  return (
    one.transport === other.transport &&
    one.direction === other.direction &&
    one.localAddress === other.localAddress &&
    one.remoteAddress === other.remoteAddress &&
    (one.netns === other.netns || !isLoopback(one.localAddress))
  );
}
