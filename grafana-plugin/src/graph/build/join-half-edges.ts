import { restOf, sumFigures } from '../model/figures.ts';
import type { Figures, HalfEdge } from '../model/half-edge.ts';
import type { JoinedEdge } from '../model/joined-edge.ts';
import { type MergedEndpoint, mergeReports } from '../model/merged-endpoint.ts';
import { distinct } from '../model/order.ts';
import { type AddressBook, joinKey } from './address-book.ts';
import { type NonEmptyHalfEdges, nameRemoteEndpoint } from './name-remote-endpoint.ts';

/**
 * Joins the half-edges that the two endpoints of each edge reported, so that every edge occurs once.
 *
 * @param byProcess keep the processes of the reporting service separate. Which of several remote processes each of them
 *   connects to is not known: the remote endpoint then includes all of them
 */
export function joinHalfEdges(
  halfEdges: readonly HalfEdge[],
  book: AddressBook,
  byProcess = false,
): JoinedEdge[] {
  return [...Map.groupBy(halfEdges, (halfEdge) => joinKey(halfEdge, book)).values()].flatMap((group) => {
    const clients = byLocalEndpoint(group, 'outbound', 'src', byProcess);
    const listeners = byLocalEndpoint(group, 'inbound', 'dst', false);
    const undirected = byLocalEndpoint(group, 'unknown', 'dst', byProcess);
    const unmatched = listeners.filter((listener) => !clients.some((client) => canJoin(client, listener)));
    const separate = byProcess
      ? unmatched.flatMap((report) => byLocalEndpoint(report.halfEdges, 'inbound', 'dst', true))
      : unmatched;
    return [
      ...clients.flatMap((client) => fromSource(client, clients, listeners, book)),
      ...[...separate, ...undirected].flatMap((report) => fromDestination(report, book)),
    ];
  });
}

/** Half-edges of one reporting service, and the local endpoint that they agree on. */
interface Report {
  readonly halfEdges: NonEmptyHalfEdges;
  readonly local: MergedEndpoint;
  /** The remote endpoint if the reporter itself knows its service and host, else `''`. */
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
  const reported = group.filter((half) => half.direction === direction);
  // Most of tens of thousands of groups have one direction.
  if (reported.length === 0) return [];
  const reports = Map.groupBy(
    reported,
    (half) => `${identity(half[side])} ${remoteOf(half)} ${byProcess ? half[side].process : ''}`,
  );
  return [...reports.values()].flatMap(([first, ...rest]) => {
    if (!first) return [];
    const halfEdges: NonEmptyHalfEdges = [first, ...rest];
    const { endpoint: local } = mergeReports(halfEdges.map((half) => half[side]));
    return local ? [{ halfEdges, local, remote: remoteOf(first) }] : [];
  });
}

/** Whether two reports with the same addresses and port can be the two endpoints of one edge. */
const canJoin = (client: Report, listener: Report): boolean =>
  (client.remote === '' || client.remote === identity(listener.local)) &&
  (listener.remote === '' || listener.remote === identity(client.local));

const figuresOf = (halfEdges: readonly HalfEdge[]): Figures =>
  sumFigures(halfEdges.map((half) => half.figures));

/**
 * The edges of a client service: one to the service that reports the connections, whose half-edges it absorbs; else one
 * for each name that the client knows for the address.
 */
function fromSource(client: Report, clients: Report[], listeners: Report[], book: AddressBook): JoinedEdge[] {
  const joined = listeners.filter((listener) => canJoin(client, listener));
  // A listener cannot distinguish several clients behind one address.
  const shared = clients.some(
    (other) => other !== client && joined.some((listener) => canJoin(other, listener)),
  );
  const listening = mergeReports(joined.flatMap(({ halfEdges: halves }) => halves.map((half) => half.dst)));
  const servers = Map.groupBy(joined, ({ local }) => identity(local));
  if (servers.size > 1 && !shared && joined.every(({ local }) => local.service !== ''))
    return fromEachServer(client, [...servers.values()], book);
  const named = ifNamed(listening.endpoint);
  const parts = named ? [client.halfEdges] : byRemoteName(client.halfEdges, 'dst');
  return parts.map((halfEdges) => {
    const remote = nameRemoteEndpoint(halfEdges, 'dst', book);
    const candidates = distinct([...listening.candidates, ...remote.candidates]);
    return {
      transport: halfEdges[0].transport,
      port: halfEdges[0].port,
      directed: true,
      src: client.local,
      dst: named ?? ifNamed(remote) ?? listening.endpoint ?? { ...remote, candidates },
      seenBy: joined.length > 0 ? 'both' : 'source',
      atSource: figuresOf(halfEdges),
      atDestination:
        joined.length > 0 && !shared && parts.length === 1
          ? figuresOf(joined.flatMap((report) => report.halfEdges))
          : undefined,
      proves: true,
    };
  });
}

/**
 * The edges of a client to several services with one address and port, such as processes that share the port, or that had
 * the address one after another. Each has counted the connections that it accepted; the client counted all of them. What
 * none has counted, such as failed attempts, is on an edge to the address.
 */
function fromEachServer(
  client: Report,
  servers: readonly (readonly Report[])[],
  book: AddressBook,
): JoinedEdge[] {
  const { transport, port } = client.halfEdges[0];
  const edge = { transport, port, directed: true, src: client.local, proves: true } as const;
  const accepted = servers.map((reports) => {
    const halfEdges = reports.flatMap((report) => report.halfEdges);
    const { endpoint: dst } = mergeReports(halfEdges.map((half) => half.dst));
    return { dst: dst ?? reports[0]?.local, figures: figuresOf(halfEdges) };
  });
  const edges = accepted.flatMap(({ dst, figures }): JoinedEdge[] =>
    dst ? [{ ...edge, dst, seenBy: 'both', atSource: undefined, atDestination: figures }] : [],
  );
  const rest = restOf(figuresOf(client.halfEdges), sumFigures(accepted.map(({ figures }) => figures)));
  if (!rest) return edges;
  const remote = nameRemoteEndpoint(client.halfEdges, 'dst', book);
  const candidates = distinct([...edges.map(({ dst }) => dst.service), ...remote.candidates]);
  const dst = ifNamed(remote) ?? { ...remote, candidates };
  return [...edges, { ...edge, dst, seenBy: 'source', atSource: rest, atDestination: undefined }];
}

/** The edges to a service that reported the port as its own, without a matching report of a client: one for each name of a client. */
function fromDestination(listener: Report, book: AddressBook): JoinedEdge[] {
  return byRemoteName(listener.halfEdges, 'src').map((halfEdges) => ({
    transport: halfEdges[0].transport,
    port: halfEdges[0].port,
    directed: halfEdges[0].direction !== 'unknown',
    src: nameRemoteEndpoint(halfEdges, 'src', book),
    dst: listener.local,
    seenBy: 'destination',
    atSource: undefined,
    atDestination: figuresOf(halfEdges),
    proves: true,
  }));
}

/**
 * Half-edges by the name that the reporter knows for the remote endpoint, and its site: different names are different
 * endpoints. Those without a name belong to the only one that there is.
 */
function byRemoteName(halfEdges: NonEmptyHalfEdges, side: 'src' | 'dst'): NonEmptyHalfEdges[] {
  const nameOf = ({ [side]: { service, site } }: HalfEdge) => (service === '' ? '' : `${service}\0${site}`);
  if (distinct(halfEdges.map(nameOf)).length < 2) return [halfEdges];
  return [...Map.groupBy(halfEdges, nameOf).values()].flatMap(([first, ...rest]) =>
    first ? [[first, ...rest]] : [],
  );
}

const ifNamed = (party: MergedEndpoint | undefined) => (party && party.service !== '' ? party : undefined);
