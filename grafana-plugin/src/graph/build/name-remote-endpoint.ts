import { type HalfEdge, reporterOf } from '../model/half-edge.ts';
import { type MergedEndpoint, mergeReports } from '../model/merged-endpoint.ts';
import { distinct } from '../model/order.ts';
import type { AddressBook } from './address-book.ts';

/** At least one half-edge. */
export type NonEmptyHalfEdges = readonly [HalfEdge, ...HalfEdge[]];

/**
 * Names the endpoint that did not report itself, from half-edges of one reporter with the same addresses and port.
 * In order of preference: a service and host that the reporter knows (both endpoints are on its host), the listener on
 * that address, a name that the reporter has resolved (DNS, network), and else the address, with its host if known.
 */
export function nameRemoteEndpoint(
  halfEdges: NonEmptyHalfEdges,
  side: 'src' | 'dst',
  book: AddressBook,
): MergedEndpoint {
  const [halfEdge] = halfEdges;
  const { address } = halfEdge[side];
  const reporter = reporterOf(halfEdge);
  const labels = halfEdges.map((each) => each[side]);
  const named = labels.filter((end) => end.service !== '');

  const located = mergeReports(named.filter((end) => end.host !== ''));
  if (located.endpoint) return located.endpoint;

  const listening = mergeReports(
    side === 'dst' ? book.listenersAt(halfEdge.transport, address, halfEdge.port, reporter) : [],
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
