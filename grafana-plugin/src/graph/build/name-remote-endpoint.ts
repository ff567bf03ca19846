import { type HalfEdge, reporterOf } from '../model/half-edge.ts';
import { agreeOn, type Party } from '../model/merged-endpoint.ts';
import { distinct } from '../model/order.ts';
import type { AddressBook } from './address-book.ts';

/** At least one half-edge. */
export type HalfEdges = readonly [HalfEdge, ...HalfEdge[]];

/**
 * Names the end that did not report itself, from halves of one reporter that share addresses and port.
 * Best first: what the reporter knows down to the host (both ends are its own), who listens on that address,
 * what the reporter knows by name only (DNS, network). What is left is the address, with its host if known.
 */
export function nameFarEnd(halves: HalfEdges, side: 'src' | 'dst', book: AddressBook): Party {
  const [half] = halves;
  const { address } = half[side];
  const reporter = reporterOf(half);
  const labels = halves.map((each) => each[side]);
  const named = labels.filter((end) => end.service !== '');

  const located = agreeOn(named.filter((end) => end.host !== ''));
  if (located.party) return located.party;

  const listening = agreeOn(
    side === 'dst' ? book.listenersAt(half.transport, address, half.port, reporter) : [],
  );
  if (listening.party && listening.party.service !== '') return { ...listening.party, address };

  const labelled = agreeOn(named);
  if (labelled.party) return labelled.party;

  return {
    service: '',
    host: labels.find((end) => end.host !== '')?.host ?? book.ownerOf(address, reporter),
    address,
    kind: distinct(labels.map((end) => end.kind))[0] ?? '',
    site: distinct(labels.map((end) => end.site))[0] ?? '',
    processes: [],
    pids: [],
    candidates: distinct([...located.candidates, ...listening.candidates, ...labelled.candidates]),
  };
}
