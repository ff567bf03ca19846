import type { EndpointKind } from '@musubi/contract/endpoint-kind';
import { combineFigures, hasTraffic, isIdle, sumFigures } from '../model/figures.ts';
import type { EndpointDetails, Graph, GraphEdge, GraphNode } from '../model/graph.ts';
import type { Figures, HalfEdge, Listener } from '../model/half-edge.ts';
import type { JoinedEdge } from '../model/joined-edge.ts';
import type { MergedEndpoint } from '../model/merged-endpoint.ts';
import { compareText, distinct } from '../model/order.ts';
import { type AddressBook, createAddressBook } from './address-book.ts';
import { attachHalfEdges } from './attach-half-edges.ts';
import { joinHalfEdges } from './join-half-edges.ts';
import { preferDirected } from './prefer-directed.ts';

export interface BuildOptions {
  /** Each process of a service is a node; processes that no report distinguishes share a node. */
  readonly byProcess?: boolean;
  /** Edges that recording rules have joined already. */
  readonly joined?: readonly JoinedEdge[];
  /** Whether half-edges prove edges; otherwise they only add figures to those of `joined`. */
  readonly halfEdgesProve?: boolean;
  /** The address book, if it knows more than these half-edges. */
  readonly book?: AddressBook;
}

/** A graph, and what could not be drawn. */
interface BuiltGraph {
  readonly graph: Graph;
  /** The number of edges with traffic that nothing proves: their figures are of no edge of the graph. */
  readonly unproven: number;
}

/** Builds the dependency graph of services on hosts from the half-edges and listeners of one time range. */
export const buildGraph = (...input: Parameters<typeof buildProvenGraph>): Graph =>
  buildProvenGraph(...input).graph;

/** The same, with the number of edges that are omitted. */
export function buildProvenGraph(
  halfEdges: readonly HalfEdge[],
  listeners: readonly Listener[],
  {
    byProcess = false,
    joined = [],
    halfEdgesProve = true,
    book = createAddressBook(halfEdges, listeners),
  }: BuildOptions = {},
): BuiltGraph {
  const keys = new Map<MergedEndpoint, string>();
  const keyOf = (endpoint: MergedEndpoint): string => {
    const key = keys.get(endpoint) ?? nodeKey(endpoint, book, byProcess);
    keys.set(endpoint, key);
    return key;
  };
  // Rules name a process without a name by its address, and not its host.
  const located = (endpoint: MergedEndpoint): MergedEndpoint =>
    endpoint.service === '' && endpoint.host === ''
      ? { ...endpoint, host: book.ownerOf(endpoint.address, '') }
      : endpoint;
  const recorded = joined.map((edge) => ({ ...edge, src: located(edge.src), dst: located(edge.dst) }));
  const groupsOf = (edges: readonly JoinedEdge[]) =>
    Map.groupBy(edges, ({ src, dst, port, transport }) =>
      JSON.stringify([keyOf(src), keyOf(dst), port, transport]),
    );
  const { edges: parts, unmatched } = halfEdgesProve
    ? { edges: [...joinHalfEdges(halfEdges, book, byProcess), ...recorded], unmatched: [] }
    : attachHalfEdges(recorded, halfEdges, keyOf);
  const groups = groupsOf(preferDirected(parts, keyOf));
  const edges: GraphEdge[] = [];
  const endpoints: MergedEndpoint[] = [];
  let unproven = 0;
  for (const [key, same] of groups) {
    const edge = toEdge(key, same, keyOf);
    if (same.some(({ proves }) => proves)) {
      edges.push(edge);
      for (const { src, dst } of same) endpoints.push(src, dst);
    } else if (hasTraffic(edge.figures)) unproven++;
  }
  for (const [key, same] of groupsOf(joinHalfEdges(unmatched, book, byProcess)))
    if (!groups.has(key) && hasTraffic(toEdge(key, same, keyOf).figures)) unproven++;
  const siteOf = sitesOfHosts([...halfEdges, ...recorded]);
  const nodes = [...Map.groupBy(endpoints, keyOf)].map(([key, same]) => toNode(key, same, siteOf));
  return { graph: { nodes: nodes.sort(byKey), edges: edges.sort(byKey) }, unproven };
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
    kind: identity === 'service' && endpoints.some(isExternal) ? 'external' : identity,
    title: process === name ? name : [name, process].filter(Boolean).join(' / '),
    service: identity === 'service' ? name : '',
    host,
    site: distinct(endpoints.map((endpoint) => endpoint.site))[0] ?? siteOf.get(host) ?? '',
    members: [],
    ...detailsOf(endpoints),
  };
}

const EXTERNAL: readonly EndpointKind[] = ['dns', 'network', 'internet', 'unknown'];

/** Whether its name is that of an address: it has no exporter. */
const isExternal = ({ host, kind }: MergedEndpoint): boolean =>
  host === '' && (EXTERNAL as readonly string[]).includes(kind);

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
  const [seenBy = 'unknown', ...others] = new Set(joined.flatMap((each) => each.seenBy ?? []));
  const observed = sumFigures(joined.map((each) => combineFigures(each.atSource, each.atDestination)));
  const recorded = sumSeen(joined.map((each) => each.recorded));
  const lastSeen = Math.max(observed.lastSeen ?? 0, recorded?.lastSeen ?? 0);
  const figures = { ...observed, ...recorded, ...(lastSeen > 0 && { lastSeen }) };
  return {
    key,
    source: keyOf(src),
    target: keyOf(dst),
    port,
    transport,
    directed: joined.every((each) => each.directed),
    src: detailsOf(joined.map((each) => each.src)),
    dst: detailsOf(joined.map((each) => each.dst)),
    seenBy: others.length === 0 ? seenBy : 'both',
    figures,
    atSource: sumSeen(joined.map((each) => each.atSource)),
    atDestination: sumSeen(joined.map((each) => each.atDestination)),
    ...(recorded && { recorded }),
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
