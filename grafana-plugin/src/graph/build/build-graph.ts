import { combineFigures, isIdle, sumFigures } from '../model/figures.ts';
import type { EndpointDetails, Graph, GraphEdge, GraphNode } from '../model/graph.ts';
import type { Figures, HalfEdge, Listener } from '../model/half-edge.ts';
import type { JoinedEdge } from '../model/joined-edge.ts';
import type { MergedEndpoint } from '../model/merged-endpoint.ts';
import { compareText, distinct } from '../model/order.ts';
import { type AddressBook, createAddressBook } from './address-book.ts';
import { joinHalfEdges } from './join-half-edges.ts';
import { preferDirected } from './prefer-directed.ts';

export interface BuildOptions {
  /** Each process of a service is a node; processes that no report distinguishes share a node. */
  readonly byProcess?: boolean;
  /** Edges that recording rules have joined already. */
  readonly joined?: readonly JoinedEdge[];
  /** The address book, if it knows more than these half-edges. */
  readonly book?: AddressBook;
}

/** Builds the dependency graph of services on hosts from the half-edges and listeners of one time range. */
export function buildGraph(
  halfEdges: readonly HalfEdge[],
  listeners: readonly Listener[],
  {
    byProcess = false,
    joined: others = [],
    book = createAddressBook(halfEdges, listeners),
  }: BuildOptions = {},
): Graph {
  const keys = new Map<MergedEndpoint, string>();
  const keyOf = (endpoint: MergedEndpoint): string => {
    const key = keys.get(endpoint) ?? nodeKey(endpoint, book, byProcess);
    keys.set(endpoint, key);
    return key;
  };
  const joined = preferDirected([...joinHalfEdges(halfEdges, book, byProcess), ...others], keyOf);
  const endpoints = Map.groupBy(
    joined.flatMap(({ src, dst }) => [src, dst]),
    keyOf,
  );
  const siteOf = sitesOfHosts([...halfEdges, ...others]);
  const edges = Map.groupBy(joined, ({ src, dst, port, transport }) =>
    JSON.stringify([keyOf(src), keyOf(dst), port, transport]),
  );
  return {
    nodes: [...endpoints].map(([key, same]) => toNode(key, same, siteOf)).sort(byKey),
    edges: [...edges].map(([key, same]) => toEdge(key, same, keyOf)).sort(byKey),
  };
}

/**
 * Identity: a service on a host, or its process; a name without a host, with its site, as in recorded series; else an
 * unnamed process on a host; else an address.
 */
function nodeKey(endpoint: MergedEndpoint, book: AddressBook, byProcess: boolean): string {
  const { service, host, address, kind, site, candidates, processes } = endpoint;
  if (service !== '' && host === '' && site !== '') return JSON.stringify(['service', service, '', '', site]);
  if (service !== '') {
    const process = processes.join(', ');
    const hasProcess = byProcess && process !== '' && host !== '';
    return JSON.stringify(hasProcess ? ['service', service, host, process] : ['service', service, host]);
  }
  if (host !== '' && candidates.length === 0) return JSON.stringify(['unknown', '', host]);
  // Any other kind is of a name, which is missing here.
  const name = address || (kind === 'internet' ? kind : '');
  return JSON.stringify(['external', name, book.isHostLocal(address) ? host : '']);
}

type HostAndSite = Pick<MergedEndpoint, 'host' | 'site'>;

/** The site of each host, as its exporter reports it. */
function sitesOfHosts(
  edges: readonly { readonly src: HostAndSite; readonly dst: HostAndSite }[],
): ReadonlyMap<string, string> {
  const sites = new Map<string, string>();
  for (const { src, dst } of edges) {
    for (const { host, site } of [src, dst]) {
      const known = sites.get(host);
      if (host !== '' && site !== '' && (known === undefined || site < known)) sites.set(host, site);
    }
  }
  return sites;
}

function toNode(
  key: string,
  endpoints: readonly MergedEndpoint[],
  siteOf: ReadonlyMap<string, string>,
): GraphNode {
  const [identity, name, host, process] = JSON.parse(key) as [
    'service' | 'unknown' | 'external',
    string,
    string,
    string?,
  ];
  return {
    key,
    // A name without a host comes from DNS or a network list: there is no exporter.
    kind: identity === 'service' && host === '' ? 'external' : identity,
    title: process === name ? name : [name, process].filter(Boolean).join(' / '),
    service: identity === 'service' ? name : '',
    host,
    site: distinct(endpoints.map((endpoint) => endpoint.site))[0] ?? siteOf.get(host) ?? '',
    members: [],
    ...detailsOf(endpoints),
  };
}

function detailsOf(endpoints: readonly MergedEndpoint[]): EndpointDetails {
  const addresses = distinct(endpoints.map((endpoint) => endpoint.address));
  const [only] = endpoints;
  if (only && endpoints.length === 1) {
    const { processes, pids, candidates } = only;
    return { addresses, processes, pids, candidates };
  }
  return {
    addresses,
    processes: distinct(endpoints.flatMap((endpoint) => endpoint.processes)),
    pids: distinct(endpoints.flatMap((endpoint) => endpoint.pids)),
    candidates: distinct(endpoints.flatMap((endpoint) => endpoint.candidates)),
  };
}

function toEdge(
  key: string,
  joined: readonly JoinedEdge[],
  keyOf: (endpoint: MergedEndpoint) => string,
): GraphEdge {
  // Groups are never empty.
  const { src, dst, port, transport } = joined[0] as JoinedEdge;
  const [seenBy, ...others] = new Set(joined.map((each) => each.seenBy));
  const figures = sumFigures(joined.map((each) => combineFigures(each.atSource, each.atDestination)));
  return {
    key,
    source: keyOf(src),
    target: keyOf(dst),
    port,
    transport,
    directed: joined.every((each) => each.directed),
    src: detailsOf(joined.map((each) => each.src)),
    dst: detailsOf(joined.map((each) => each.dst)),
    seenBy: seenBy && others.length === 0 ? seenBy : 'both',
    figures,
    atSource: sumSeen(joined.map((each) => each.atSource)),
    atDestination: sumSeen(joined.map((each) => each.atDestination)),
    states: isIdle(figures) ? ['idle'] : [],
    alerts: [],
    parts: [],
  };
}

function sumSeen(all: readonly (Figures | undefined)[]): Figures | undefined {
  const seen = all.filter((figures) => figures !== undefined);
  return seen.length > 0 ? sumFigures(seen) : undefined;
}

const byKey = (a: { key: string }, b: { key: string }) => compareText(a.key, b.key);
