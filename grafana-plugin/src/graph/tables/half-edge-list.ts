import type { Endpoint, HalfEdge } from '../model/half-edge.ts';

/** What is told of a half-edge by all tables together. */
export interface HalfEdgeEntry {
  readonly halfEdge: HalfEdge;
  seen: boolean;
}

type Labels = Omit<HalfEdge, 'figures'>;

/** Half-edges, each once, in the order in which they were first told. */
export interface HalfEdgeList {
  entries(): HalfEdgeEntry[];
  /** Begins a table: the function gives the entry of each of its rows, a new one where there is none yet. */
  read(): (labels: Labels) => HalfEdgeEntry;
}

interface LinkedEntry extends HalfEdgeEntry {
  next: LinkedEntry | undefined;
}

/**
 * Creates an empty list. Tables tell of much the same half-edges in much the same order: the one given last and the
 * one after it are looked at first, for to compare texts takes a tenth of the time that to hash them takes.
 */
export function createHalfEdgeList(): HalfEdgeList {
  const byIdentity = new Map<string, LinkedEntry>();
  let first: LinkedEntry | undefined;
  let newest: LinkedEntry | undefined;

  const find = (labels: Labels): LinkedEntry => {
    const identity = identityOf(labels);
    const known = byIdentity.get(identity);
    if (known) return known;
    const made: LinkedEntry = { halfEdge: { ...labels, figures: {} }, seen: false, next: undefined };
    byIdentity.set(identity, made);
    if (newest) newest.next = made;
    else first = made;
    newest = made;
    return made;
  };

  return {
    entries: () => [...byIdentity.values()],
    read() {
      let last = first;
      return (labels) => {
        if (!last || !isOf(last, labels))
          last = last?.next && isOf(last.next, labels) ? last.next : find(labels);
        return last;
      };
    },
  };
}

const isOf = ({ halfEdge: half }: HalfEdgeEntry, { direction, transport, port, src, dst }: Labels): boolean =>
  half.port === port &&
  half.transport === transport &&
  half.direction === direction &&
  isSameEnd(half.src, src) &&
  isSameEnd(half.dst, dst);

const isSameEnd = (a: Endpoint, b: Endpoint): boolean =>
  a.address === b.address &&
  a.service === b.service &&
  a.host === b.host &&
  a.process === b.process &&
  a.pid === b.pid &&
  a.kind === b.kind &&
  a.site === b.site;

/** No name that a kernel or a resolver gives holds the character between. */
const identityOf = ({ direction, transport, port, src, dst }: Labels): string =>
  [direction, transport, port, ...textsOf(src), ...textsOf(dst)].join('\0');

const textsOf = ({ service, process, pid, host, address, kind, site }: Endpoint): string[] => [
  service,
  process,
  pid,
  host,
  address,
  kind,
  site,
];
