import { EDGE_METRICS, LISTEN_METRICS } from '@musubi/contract/catalogue';
import { ERROR_TYPES, SETUP_BOUNDS } from '../capture/capture.ts';
import type { ServiceListener } from '../half-edge.ts';
import { type Attributes, attributesKey, listenAttributes } from './edge-attributes.ts';
import type { Distribution, Family, Point } from './family.ts';
import type { LedgerEntry } from './ledger.ts';

/** The metrics of edges, each made on demand. A value that no capture gives makes no point. */
export function* edgeFamilies(entries: readonly LedgerEntry[]): Generator<Family> {
  const points = (value: (entry: LedgerEntry) => Point['value'] | undefined, more?: Attributes): Point[] =>
    entries.flatMap((entry) => {
      const known = value(entry);
      if (known === undefined) return [];
      const { attributes, since } = entry;
      return [{ attributes, ...(more && { more }), since, value: known }];
    });

  yield { definition: EDGE_METRICS.open, points: points(({ open }) => open) };
  yield { definition: EDGE_METRICS.opened, points: points(({ opened }) => opened) };
  yield {
    definition: EDGE_METRICS.failed,
    points: ERROR_TYPES.flatMap((reason, at) =>
      points(({ failed }) => failed?.[at] || undefined, { 'error.type': reason }),
    ),
  };
  yield { definition: EDGE_METRICS.setup, points: points(setupOf) };
  yield {
    definition: EDGE_METRICS.io,
    points: [
      ...points(({ transmittedBytes }) => transmittedBytes, { 'network.io.direction': 'transmit' }),
      ...points(({ receivedBytes }) => receivedBytes, { 'network.io.direction': 'receive' }),
    ],
  };
  yield {
    definition: EDGE_METRICS.rtt,
    points: points(({ rttSum, rttCount }) => (rttCount > 0 ? rttSum / rttCount : undefined)),
  };
  yield { definition: EDGE_METRICS.retransmits, points: points(({ retransmits }) => retransmits) };
  yield { definition: EDGE_METRICS.lastSeen, points: points(({ lastSeen }) => lastSeen / 1000) };
  // Last, as a push may have several batches: the sums arrive before the start time that marks their reset.
  yield { definition: EDGE_METRICS.startTime, points: points(({ since }) => since / 1000) };
}

function setupOf({ setup }: LedgerEntry): Distribution | undefined {
  return setup && { bounds: SETUP_BOUNDS, ...setup };
}

/** The metric of service listeners. Those with the same attributes, such as in two namespaces, are one point. */
export function listenFamily(serviceListeners: readonly ServiceListener[], since: number): Family {
  const points = new Map<string, Point>();
  for (const listener of serviceListeners) {
    const attributes = listenAttributes(listener);
    points.set(attributesKey(attributes), { attributes, value: 1, since });
  }
  return { definition: LISTEN_METRICS.listen, points: [...points.values()] };
}
