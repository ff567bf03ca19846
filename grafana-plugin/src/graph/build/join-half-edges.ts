import { sumFigures } from '../model/figures.ts';
import type { Figures, HalfEdge } from '../model/half-edge.ts';
import type { JoinedEdge } from '../model/joined-edge.ts';
import { type MergedEndpoint, mergeReports } from '../model/merged-endpoint.ts';
import { distinct } from '../model/order.ts';
import { type AddressBook, joinKey } from './address-book.ts';
import { type NonEmptyHalfEdges, nameRemoteEndpoint } from './name-remote-endpoint.ts';

/**
 * Joins the halves that the two ends of each edge reported, so that every edge is there once.
 *
 * @param byProcess keep the processes of the reporting service apart. Which of the other end's processes one of
 *   them meets is not known where there are several: that end is then all of them
 */
export function joinHalfEdges(
  halves: readonly HalfEdge[],
  book: AddressBook,
  byProcess = false,
): JoinedEdge[] {
  return [...Map.groupBy(halves, (half) => joinKey(half, book)).values()].flatMap((group) => {
    const clients = byLocalEndpoint(group, 'outbound', 'src', byProcess);
    const listeners = byLocalEndpoint(group, 'inbound', 'dst', false);
    const undirected = byLocalEndpoint(group, 'unknown', 'dst', byProcess);
    const alone = listeners.filter((listener) => !clients.some((client) => mayMeet(client, listener)));
    const apart = byProcess
      ? alone.flatMap(({ halfEdges: halves }) => byLocalEndpoint(halves, 'inbound', 'dst', true))
      : alone;
    return [
      ...clients.map((client) => fromSource(client, clients, listeners, book)),
      ...[...apart, ...undirected].map((report) => fromDestination(report, book)),
    ];
  });
}

/** Halves of one reporting service, with what they agree that it is. */
interface Report {
  readonly halfEdges: NonEmptyHalfEdges;
  readonly local: MergedEndpoint;
  /** The other end, where the reporter itself knows it to the host (`''`: it does not). */
  readonly remote: string;
}

const identity = ({ service, host }: { service: string; host: string }): string => `${service}\0${host}`;

function byLocalEndpoint(
  group: readonly HalfEdge[],
  direction: HalfEdge['direction'],
  side: 'src' | 'dst',
  byProcess: boolean,
): Report[] {
  const remoteOf = (half: HalfEdge) => {
    const end = side === 'src' ? half.dst : half.src;
    return end.service !== '' && end.host !== '' ? identity(end) : '';
  };
  const told = group.filter((half) => half.direction === direction);
  // Of tens of thousands of groups most are of one direction.
  if (told.length === 0) return [];
  const reports = Map.groupBy(
    told,
    (half) => `${identity(half[side])} ${remoteOf(half)} ${byProcess ? half[side].process : ''}`,
  );
  return [...reports.values()].flatMap(([first, ...rest]) => {
    if (!first) return [];
    const halfEdges: NonEmptyHalfEdges = [first, ...rest];
    const { endpoint: local } = mergeReports(halfEdges.map((half) => half[side]));
    return local ? [{ halfEdges, local, remote: remoteOf(first) }] : [];
  });
}

/** Whether two reports of the same addresses and port can be the two ends of one edge. */
const mayMeet = (client: Report, listener: Report): boolean =>
  (client.remote === '' || client.remote === identity(listener.local)) &&
  (listener.remote === '' || listener.remote === identity(client.local));

const figuresOf = (reports: readonly Report[]): Figures =>
  sumFigures(reports.flatMap(({ halfEdges: halves }) => halves.map((half) => half.figures)));

/** One edge per client service; the listeners' halves that it may meet are absorbed in it. */
function fromSource(client: Report, clients: Report[], listeners: Report[], book: AddressBook): JoinedEdge {
  const met = listeners.filter((listener) => mayMeet(client, listener));
  // What a listener saw of several clients behind one address cannot be told apart.
  const shared = clients.some(
    (other) => other !== client && met.some((listener) => mayMeet(other, listener)),
  );
  const listening = mergeReports(met.flatMap(({ halfEdges: halves }) => halves.map((half) => half.dst)));
  const far = nameRemoteEndpoint(client.halfEdges, 'dst', book);
  const candidates = distinct([...listening.candidates, ...far.candidates]);
  return {
    transport: client.halfEdges[0].transport,
    port: client.halfEdges[0].port,
    directed: true,
    src: client.local,
    dst: ifNamed(listening.endpoint) ?? ifNamed(far) ?? listening.endpoint ?? { ...far, candidates },
    seenBy: met.length > 0 ? 'both' : 'source',
    atSource: figuresOf([client]),
    atDestination: met.length > 0 && !shared ? figuresOf(met) : undefined,
  };
}

/** One edge per service that reported the port as its own and for which no client's report was found. */
function fromDestination(listener: Report, book: AddressBook): JoinedEdge {
  return {
    transport: listener.halfEdges[0].transport,
    port: listener.halfEdges[0].port,
    directed: listener.halfEdges[0].direction !== 'unknown',
    src: nameRemoteEndpoint(listener.halfEdges, 'src', book),
    dst: listener.local,
    seenBy: 'destination',
    atSource: undefined,
    atDestination: figuresOf([listener]),
  };
}

const ifNamed = (party: MergedEndpoint | undefined) => (party && party.service !== '' ? party : undefined);
