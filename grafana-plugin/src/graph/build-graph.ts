import { type AddressBook, createAddressBook } from './address-book.ts';
import { combineFigures, isIdle, sumFigures } from './figures.ts';
import type { EdgeEnd, Graph, GraphEdge, GraphNode } from './graph.ts';
import type { Figures, HalfEdge, Listener } from './half-edge.ts';
import { type JoinedEdge, joinHalves } from './join-halves.ts';
import { compareText, distinct } from './order.ts';
import type { Party } from './party.ts';
import { preferDirected } from './prefer-directed.ts';

/** Builds the dependency graph of the half-edges and listeners of one time range. */
export function buildGraph(halves: readonly HalfEdge[], listeners: readonly Listener[]): Graph {
  const book = createAddressBook(halves, listeners);
  const joined = preferDirected(joinHalves(halves, book), (party) => nodeKey(party, book));
  const parties = Map.groupBy(
    joined.flatMap(({ src, dst }) => [src, dst]),
    (party) => nodeKey(party, book),
  );
  const edges = Map.groupBy(joined, ({ src, dst, port, transport }) =>
    JSON.stringify([nodeKey(src, book), nodeKey(dst, book), port, transport]),
  );
  return {
    nodes: [...parties].map(([key, same]) => toNode(key, same)).sort(byKey),
    edges: [...edges].map(([key, same]) => toEdge(key, same)).sort(byKey),
  };
}

/** Identity: a service on a host; else an unnamed process on a host; else an address. */
function nodeKey({ service, host, address, kind, candidates }: Party, book: AddressBook): string {
  if (service !== '') return JSON.stringify(['service', service, host]);
  if (host !== '' && candidates.length === 0) return JSON.stringify(['unknown', '', host]);
  return JSON.stringify(['external', address || kind, book.isHostLocal(address) ? host : '']);
}

function toNode(key: string, parties: readonly Party[]): GraphNode {
  const [identity, name, host] = JSON.parse(key) as ['service' | 'unknown' | 'external', string, string];
  return {
    key,
    // A name without a host comes from DNS or a network list: no exporter stands behind it.
    kind: identity === 'service' && host === '' ? 'external' : identity,
    title: name || (identity === 'unknown' ? 'unknown process' : 'unknown peer'),
    service: identity === 'service' ? name : '',
    host,
    site: distinct(parties.map((party) => party.site))[0] ?? '',
    ...endOf(parties),
  };
}

const endOf = (parties: readonly Party[]): EdgeEnd => ({
  addresses: distinct(parties.map((party) => party.address)),
  processes: distinct(parties.flatMap((party) => party.processes)),
  pids: distinct(parties.flatMap((party) => party.pids)),
  candidates: distinct(parties.flatMap((party) => party.candidates)),
});

function toEdge(key: string, joined: readonly JoinedEdge[]): GraphEdge {
  const [source, target, port, transport] = JSON.parse(key) as [string, string, string, string];
  const [seenBy, ...others] = new Set(joined.map((each) => each.seenBy));
  const figures = sumFigures(joined.map((each) => combineFigures(each.atSource, each.atDestination)));
  return {
    key,
    source,
    target,
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
  };
}

function sumSeen(all: readonly (Figures | undefined)[]): Figures | undefined {
  const seen = all.filter((figures) => figures !== undefined);
  return seen.length > 0 ? sumFigures(seen) : undefined;
}

const byKey = (a: { key: string }, b: { key: string }) => compareText(a.key, b.key);
