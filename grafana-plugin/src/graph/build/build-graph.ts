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
  /** Each process of a service is a node; those that no report tells apart are one together. */
  readonly byProcess?: boolean;
  /** Edges that are joined already. */
  readonly joined?: readonly JoinedEdge[];
  /** Whose addresses are whose, where more is known of that than these halves tell. */
  readonly book?: AddressBook;
}

/** Builds the dependency graph of the half-edges and listeners of one time range: services on hosts. */
export function buildGraph(
  halves: readonly HalfEdge[],
  listeners: readonly Listener[],
  { byProcess = false, joined: others = [], book = createAddressBook(halves, listeners) }: BuildOptions = {},
): Graph {
  const keys = new Map<MergedEndpoint, string>();
  const keyOf = (party: MergedEndpoint): string => {
    const key = keys.get(party) ?? nodeKey(party, book, byProcess);
    keys.set(party, key);
    return key;
  };
  const joined = preferDirected([...joinHalfEdges(halves, book, byProcess), ...others], keyOf);
  const parties = Map.groupBy(
    joined.flatMap(({ src, dst }) => [src, dst]),
    keyOf,
  );
  const siteOf = sitesOfHosts([...halves, ...others]);
  const edges = Map.groupBy(joined, ({ src, dst, port, transport }) =>
    JSON.stringify([keyOf(src), keyOf(dst), port, transport]),
  );
  return {
    nodes: [...parties].map(([key, same]) => toNode(key, same, siteOf)).sort(byKey),
    edges: [...edges].map(([key, same]) => toEdge(key, same, keyOf)).sort(byKey),
  };
}

/** Identity: a service on a host, or its process; else an unnamed process on a host; else an address. */
function nodeKey(party: MergedEndpoint, book: AddressBook, byProcess: boolean): string {
  const { service, host, address, kind, candidates, processes } = party;
  if (service !== '') {
    const process = processes.join(', ');
    const isTold = byProcess && process !== '' && host !== '';
    return JSON.stringify(isTold ? ['service', service, host, process] : ['service', service, host]);
  }
  if (host !== '' && candidates.length === 0) return JSON.stringify(['unknown', '', host]);
  return JSON.stringify(['external', address || kind, book.isHostLocal(address) ? host : '']);
}

type Place = Pick<MergedEndpoint, 'host' | 'site'>;

/** The site of each host, as its exporter tells it. */
function sitesOfHosts(
  edges: readonly { readonly src: Place; readonly dst: Place }[],
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
  parties: readonly MergedEndpoint[],
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
    // A name without a host comes from DNS or a network list: no exporter stands behind it.
    kind: identity === 'service' && host === '' ? 'external' : identity,
    title: process === name ? name : [name, process].filter(Boolean).join(' / '),
    service: identity === 'service' ? name : '',
    host,
    site: distinct(parties.map((party) => party.site))[0] ?? siteOf.get(host) ?? '',
    members: [],
    ...endOf(parties),
  };
}

function endOf(parties: readonly MergedEndpoint[]): EndpointDetails {
  const addresses = distinct(parties.map((party) => party.address));
  const [only] = parties;
  if (only && parties.length === 1) {
    const { processes, pids, candidates } = only;
    return { addresses, processes, pids, candidates };
  }
  return {
    addresses,
    processes: distinct(parties.flatMap((party) => party.processes)),
    pids: distinct(parties.flatMap((party) => party.pids)),
    candidates: distinct(parties.flatMap((party) => party.candidates)),
  };
}

function toEdge(
  key: string,
  joined: readonly JoinedEdge[],
  keyOf: (party: MergedEndpoint) => string,
): GraphEdge {
  // No group is empty.
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
    src: endOf(joined.map((each) => each.src)),
    dst: endOf(joined.map((each) => each.dst)),
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
