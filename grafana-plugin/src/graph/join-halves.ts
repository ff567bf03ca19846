import { type AddressBook, joinKey } from './address-book.ts';
import { sumFigures } from './figures.ts';
import type { Figures, HalfEdge } from './half-edge.ts';
import { type HalfEdges, nameFarEnd } from './name-far-end.ts';
import { distinct } from './order.ts';
import { agreeOn, type Party } from './party.ts';

/** An edge with both ends named as well as the reports allow. */
export interface JoinedEdge {
  readonly transport: string;
  readonly port: string;
  readonly src: Party;
  readonly dst: Party;
  readonly seenBy: 'source' | 'destination' | 'both';
  /** The figures as each end saw them, where it reported and they are this edge's alone. */
  readonly atSource: Figures | undefined;
  readonly atDestination: Figures | undefined;
}

/** Joins the halves that the two ends of each edge reported, so that every edge is there once. */
export function joinHalves(halves: readonly HalfEdge[], book: AddressBook): JoinedEdge[] {
  const groups = Map.groupBy(halves, (half) => joinKey(half, book));
  return [...groups.values()].flatMap((group) => {
    const outbound = group.filter((half) => half.direction === 'outbound');
    const inbound = group.filter((half) => half.direction === 'inbound');
    return outbound.length > 0 ? fromSources(outbound, inbound, book) : fromDestinations(inbound, book);
  });
}

/** One edge per client service; the inbound halves of the same key are absorbed in it. */
function fromSources(outbound: HalfEdge[], inbound: HalfEdge[], book: AddressBook): JoinedEdge[] {
  const clients = byOwnEnd(outbound, 'src');
  const listening = agreeOn(inbound.map((half) => half.dst));
  // What the listener saw of several clients behind one address cannot be told apart.
  const alone = clients.length === 1 && inbound.length > 0;
  return clients.map(({ halves, party }) => {
    const far = nameFarEnd(halves, 'dst', book);
    const candidates = distinct([...listening.candidates, ...far.candidates]);
    return {
      transport: halves[0].transport,
      port: halves[0].port,
      src: party,
      dst: ifNamed(listening.party) ?? ifNamed(far) ?? listening.party ?? { ...far, candidates },
      seenBy: inbound.length > 0 ? 'both' : 'source',
      atSource: sumFigures(halves.map((half) => half.figures)),
      atDestination: alone ? sumFigures(inbound.map((half) => half.figures)) : undefined,
    };
  });
}

/** One edge per listening service; nobody reported the client's end. */
function fromDestinations(inbound: HalfEdge[], book: AddressBook): JoinedEdge[] {
  return byOwnEnd(inbound, 'dst').map(({ halves, party }) => ({
    transport: halves[0].transport,
    port: halves[0].port,
    src: nameFarEnd(halves, 'src', book),
    dst: party,
    seenBy: 'destination',
    atSource: undefined,
    atDestination: sumFigures(halves.map((half) => half.figures)),
  }));
}

const ifNamed = (party: Party | undefined) => (party && party.service !== '' ? party : undefined);

/** The halves of each reporting service on its host, with what they agree that it is. */
function byOwnEnd(halves: HalfEdge[], side: 'src' | 'dst'): { halves: HalfEdges; party: Party }[] {
  const groups = Map.groupBy(halves, (half) => JSON.stringify([half[side].service, half[side].host]));
  return [...groups.values()].flatMap(([first, ...rest]) => {
    const { party } = agreeOn([first, ...rest].flatMap((half) => half?.[side] ?? []));
    return first && party ? [{ halves: [first, ...rest], party }] : [];
  });
}
