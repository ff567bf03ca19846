import type { NamespaceReading, Observation, Reading } from '../../capture/capture.ts';
import type { DnsHealth } from '../../metrics/dns-families.ts';
import { isLoopback } from '../../net/address.ts';
import type { Listener } from './listener.ts';
import { MalformedAnswerError, parseAnswer } from './message.ts';
import { createNameServers, type NameServers } from './name-servers.ts';
import { createNames } from './names.ts';

/** The names by which programs of this host asked for the addresses that they connect to. */
export interface AskedNames {
  /**
   * Learns from what name servers have answered since the last time: those that are set up on this host, and those
   * that the pass shows to be asked, in each network namespace.
   */
  listen(pass: Pick<Reading, 'observations' | 'namespaces'>): void;
  nameOf(address: string): string | undefined;
  readonly health: DnsHealth;
  close(): void;
}

export interface Listeners {
  /** Hears in the own network namespace. */
  readonly own: Listener;
  /** Hears in that of a process, by then another if that has ended. Tells why not otherwise. */
  elsewhere(way: { readonly pid: number }): Listener | 'refused' | 'gone';
  close(): void;
}

export interface AskedNamesOptions {
  readonly listeners: Listeners;
  /** The name servers that are set up on this host. */
  setUp(): readonly string[];
  /** The own network namespace. */
  readonly netns: number | undefined;
  /** Milliseconds since any time, never set. */
  uptime(): number;
}

/** A network namespace in which name servers are asked. */
interface Place {
  /** A process that lives in it. */
  readonly way: { pid: number };
  /** `gone` where the process that was to be the way had ended. */
  listener: Listener | 'refused' | 'gone';
  readonly servers: NameServers;
  wanted: readonly string[];
}

const DNS_PORT = 53;
/** Name servers that are tried in a new namespace; the rest of the room is for those that are asked there. */
const MOST_LIKELY = 4;

export function createAskedNames({ listeners, setUp, netns, uptime }: AskedNamesOptions): AskedNames {
  const names = createNames();
  const places = new Map<number, Place>();
  let answers = 0;
  let malformed = 0;
  let lostBefore = 0;

  function hear(message: Buffer): void {
    try {
      const answer = parseAnswer(message);
      if (!answer) return;
      names.learn(answer, uptime());
      answers++;
    } catch (error) {
      if (!(error instanceof MalformedAnswerError)) throw error;
      malformed++;
    }
  }

  /** Those that are asked in other namespaces as well: most likely, in one that is new, the same. */
  function commonServers(): string[] {
    const all = [...places].flatMap(([at, { wanted }]) =>
      wanted.filter((server) => at !== netns || !isLoopback(server)),
    );
    return [...new Set(all)].slice(0, MOST_LIKELY);
  }

  function arrive(at: number, pid: number): Place {
    const way = { pid };
    const listener = at === netns ? listeners.own : listeners.elsewhere(way);
    const wanted = listener === 'refused' ? [] : commonServers();
    const place: Place = { way, listener, servers: createNameServers(), wanted };
    places.set(at, place);
    return place;
  }

  function listenAt({ netns: at, pid }: NamespaceReading, asked: Iterable<string>): void {
    const known = places.get(at);
    const place = known ?? arrive(at, pid);
    place.way.pid = pid;
    if (place.listener === 'gone') place.listener = listeners.elsewhere(place.way);
    const expected = at === netns ? setUp() : known ? [] : place.wanted;
    place.wanted = place.servers.update(expected, asked, uptime());
    if (typeof place.listener === 'object') place.listener.read(place.wanted, uptime(), hear);
  }

  function leave(at: number, { listener }: Place): void {
    places.delete(at);
    if (typeof listener !== 'object') return;
    lostBefore += listener.lost();
    listener.close();
  }

  const sum = (count: (place: Place) => number) =>
    [...places.values()].reduce((total, place) => total + count(place), 0);

  return {
    listen({ observations, namespaces }) {
      const asked = questions(observations);
      const alive = new Set(namespaces.map((namespace) => namespace.netns));
      for (const [at, place] of places) if (!alive.has(at)) leave(at, place);
      for (const namespace of namespaces) listenAt(namespace, asked.get(namespace.netns) ?? []);
    },
    nameOf: (address) => names.nameOf(address, uptime()),
    get health() {
      return {
        heard: sum(({ wanted, listener }) => (listener === 'refused' ? 0 : wanted.length)),
        leftOut: sum(({ servers }) => servers.leftOut),
        refused: sum(({ wanted, listener }) => (listener === 'refused' ? wanted.length : 0)),
        answers,
        noRoom: sum(({ listener }) => (typeof listener === 'object' ? listener.lost() : 0)) + lostBefore,
        malformed,
        addresses: names.size,
        displaced: names.displaced,
      };
    },
    close() {
      for (const [at, place] of places) leave(at, place);
      listeners.close();
    },
  };
}

/** The name servers that are asked in each network namespace. */
function questions(observations: readonly Observation[]): Map<number, Set<string>> {
  const asked = new Map<number, Set<string>>();
  for (const { netns, transport, direction, port, remoteAddress } of observations) {
    if (port !== DNS_PORT || transport !== 'udp' || direction !== 'outbound' || remoteAddress === '')
      continue;
    asked.set(netns, (asked.get(netns) ?? new Set()).add(remoteAddress));
  }
  return asked;
}
