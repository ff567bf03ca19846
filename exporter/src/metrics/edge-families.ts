import type { Listening } from '../half-edge.ts';
import { EDGE_METRICS, LISTEN_METRICS } from './catalogue.ts';
import { attributesKey, listenAttributes } from './edge-attributes.ts';
import type { Family, Point } from './family.ts';
import type { Entry } from './ledger.ts';

/** The metrics of edges. A value that no capture gave makes no point. */
export function edgeFamilies(entries: readonly Entry[]): Family[] {
  const points = (value: (entry: Entry) => number | undefined): Point[] =>
    entries.flatMap((entry) => {
      const { attributes, since } = entry;
      const number = value(entry);
      return number === undefined ? [] : [{ attributes, since, value: number }];
    });
  const io = (direction: 'transmit' | 'receive', value: (entry: Entry) => number | undefined): Point[] =>
    points(value).map((point) => ({
      ...point,
      attributes: { ...point.attributes, 'network.io.direction': direction },
    }));

  return [
    { definition: EDGE_METRICS.open, points: points(({ open }) => open) },
    { definition: EDGE_METRICS.opened, points: points(({ opened }) => opened) },
    {
      definition: EDGE_METRICS.io,
      points: [
        ...io('transmit', (entry) => entry.transmittedBytes),
        ...io('receive', (entry) => entry.receivedBytes),
      ],
    },
    {
      definition: EDGE_METRICS.rtt,
      points: points(({ rttSum, rttCount }) => (rttCount > 0 ? rttSum / rttCount : undefined)),
    },
    { definition: EDGE_METRICS.retransmits, points: points(({ retransmits }) => retransmits) },
    { definition: EDGE_METRICS.lastSeen, points: points(({ lastSeen }) => lastSeen / 1000) },
  ];
}

/** The metric of listening sockets; those with the same attributes (in two namespaces, say) are one point. */
export function listenFamily(listenings: readonly Listening[], since: number): Family {
  const points = new Map<string, Point>();
  for (const listening of listenings) {
    const attributes = listenAttributes(listening);
    points.set(attributesKey(attributes), { attributes, value: 1, since });
  }
  return { definition: LISTEN_METRICS.listen, points: [...points.values()] };
}
