import { type HalfEdge, reporterOf } from '../model/half-edge.ts';
import { type MergedEndpoint, mergeReports } from '../model/merged-endpoint.ts';
import { distinct } from '../model/order.ts';
import type { AddressBook } from './address-book.ts';

/** At least one half-edge. */
export type NonEmptyHalfEdges = readonly [HalfEdge, ...HalfEdge[]];

/**
 * Names the end that did not report itself, from halves of one reporter that share addresses and port.
 * Best first: what the reporter knows down to the host (both ends are its own), who listens on that address,
 * what the reporter knows by name only (DNS, network). What is left is the address, with its host if known.
 */
export function nameRemoteEndpoint(
  halves: NonEmptyHalfEdges,
  side: 'src' | 'dst',
  book: AddressBook,
): MergedEndpoint {
  const [half] = halves;
  const { address } = half[side];
  const reporter = reporterOf(half);
  const labels = halves.map((each) => each[side]);
  const named = labels.filter((end) => end.service !== '');

  const located = mergeReports(named.filter((end) => end.host !== ''));
  if (located.endpoint) return located.endpoint;

  const listening = mergeReports(
    side === 'dst' ? book.listenersAt(half.transport, address, half.port, reporter) : [],
  );
  if (listening.endpoint && listening.endpoint.service !== '') return { ...listening.endpoint, address };

  const labelled = mergeReports(named);
  if (labelled.endpoint) return labelled.endpoint;

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
