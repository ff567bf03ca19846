import { ANY_IPV4, ANY_IPV6, isIpv6 } from '../../net/address.ts';
import type { Direction, Listener, Observation } from '../capture.ts';
import type { KernelProgram } from './kernel-program.ts';
import {
  addEdge,
  decodeEdge,
  decodeEdgeKey,
  type EdgeCounts,
  type EdgeKey,
  FOLDS,
  isChanged,
  NONE_FAILED,
  NONE_SET_UP,
} from './layout.ts';

/** The kernel's records, read at each pass. */
export interface Edges {
  /** One observation for each record; those long out of use are taken from the kernel's table. */
  observe(listeners: readonly Listener[]): Observation[];
  /** Records in the kernel's table. */
  used(): number;
}

/** What is remembered of a record from pass to pass. */
interface Known {
  /** The very object is told again in the next pass if nothing has changed, which saves others to compare. */
  observation: Observation;
  /** Kept where listeners have something to say about it. */
  readonly key: EdgeKey | undefined;
  /** When its counts last changed, in ms. */
  changed: number;
  pass: number;
}

/** A record that nothing holds open and nothing has changed for this long is taken out, in ms. */
const IDLE = 60_000;
/** With the table this full, at the next pass. */
const CROWDED = 0.5;

export function createEdges(program: KernelProgram, uptime: () => number): Edges {
  const known = new Map<string, Known>();
  /** Names of what was taken out in the last pass, told for the last time in it. */
  const gone: string[] = [];
  let pass = 0;
  let serial = 0;

  function meet(key: Buffer, value: Buffer, now: number): void {
    const name = nameOf(key, value);
    const edge = known.get(name);
    if (!edge) {
      const decoded = decodeEdgeKey(key);
      const { isPeer, ...place } = decoded;
      const observation = {
        id: `${++serial}`,
        ...place,
        ...countsOf(place, decodeEdge(value, program.scans)),
      };
      const isOpenToSay = isPeer || (decoded.pid === undefined && decoded.direction !== 'outbound');
      known.set(name, { observation, key: isOpenToSay ? decoded : undefined, changed: now, pass });
      return;
    }
    edge.pass = pass;
    if (!isChanged(value, edge.observation, program.scans)) return;
    tell(edge, value);
    edge.changed = now;
  }

  function tell(edge: Known, value: Buffer): void {
    const { id, netns, transport, direction, localAddress, remoteAddress, port, pid, image } =
      edge.observation;
    edge.observation = {
      ...{ id, netns, transport, direction, localAddress, remoteAddress, port, pid, image },
      ...countsOf(edge.observation, decodeEdge(value, program.scans)),
    };
  }

  /** Takes out what is out of use. Should it have been used this very moment, its last counts are told. */
  function sweep(now: number, crowded: boolean): void {
    const patience = crowded ? 0 : IDLE;
    const inUse: [name: string, edge: Known, value: Buffer][] = [];
    for (const [name, edge] of known) {
      if (edge.observation.open > 0 || now - edge.changed < patience || edge.changed === now) continue;
      const last = program.takeEdge(keyOf(name));
      if (last) tell(edge, last);
      if (last && edge.observation.open > 0) inUse.push([name, edge, last]);
      else gone.push(name);
    }
    for (const [name, edge, value] of inUse)
      if (putBack(keyOf(name), edge, value)) edge.changed = now;
      else gone.push(name);
  }

  /** Its connections must find the record they are counted on when they end. Whether they have not ended by now. */
  function putBack(key: Buffer, edge: Known, value: Buffer): boolean {
    for (;;) {
      if (edge.observation.open === 0) return false;
      const put = program.putEdge(key, value);
      // A full table has no room for it: it counts as over.
      if (put !== 'exists') return put === 'inserted';
      // Used once more since, which the kernel has counted on a record of its own.
      const more = program.takeEdge(key);
      if (!more) continue;
      addEdge(value, more);
      tell(edge, value);
    }
  }

  return {
    observe(listeners) {
      pass++;
      const now = uptime();
      for (const name of gone.splice(0)) known.delete(name);
      program.eachEdge((key, value) => meet(key, value, now));
      for (const [name, edge] of known) if (edge.pass !== pass) known.delete(name);
      sweep(now, known.size > program.size * CROWDED);

      const owners = new Owners(listeners);
      const observations: Observation[] = [];
      for (const edge of known.values()) {
        if (edge.key) edge.observation = asTheyListen(edge.observation, edge.key, owners);
        observations.push(edge.observation);
      }
      program.folds().forEach((value, i) => {
        const fold = FOLDS[i];
        const counts = decodeEdge(value, program.scans);
        if (fold && isUsed(counts)) observations.push(foldedObservation(fold, counts));
      });
      return observations;
    },
    used: () => known.size - gone.length,
  };
}

/** Key and birth: a record made anew under the same key is another one. */
function nameOf(key: Buffer, value: Buffer): string {
  return key.toString('latin1') + value.toString('latin1', 0, 8);
}

function keyOf(name: string): Buffer {
  return Buffer.from(name.slice(0, -8), 'latin1');
}

function isUsed({ opened, open, failed }: EdgeCounts): boolean {
  return opened > 0 || open > 0 || failed.some((count) => count > 0);
}

/** Who listens where, for what the kernel program could not tell at the time. */
class Owners {
  readonly #byPlace = new Map<string, Listener>();

  constructor(listeners: readonly Listener[]) {
    for (const listener of listeners) this.#byPlace.set(placeOf(listener, listener.address), listener);
  }

  /** On the very address; on every one; or on every IPv6 address and thus, mostly, on every IPv4 address. */
  of(key: EdgeKey): Listener | undefined {
    const at = (address: string) => this.#byPlace.get(placeOf(key, address));
    const exact = at(key.localAddress);
    if (exact || isIpv6(key.localAddress)) return exact ?? at(ANY_IPV6);
    const every = at(ANY_IPV6);
    return at(ANY_IPV4) ?? (every?.ipv6Only ? undefined : every);
  }
}

function placeOf(
  { netns, transport, port }: Pick<EdgeKey, 'netns' | 'port'> & { transport: string },
  address: string,
) {
  return `${netns} ${transport} ${port} ${address}`;
}

function asTheyListen(last: Observation, key: EdgeKey, owners: Owners): Observation {
  const listener = owners.of(key);
  // Two UDP ends that both chose their ports: someone who takes from anyone on the own one is a server.
  const direction: Direction = key.isPeer && listener ? 'inbound' : key.direction;
  // A connection from before anyone had met its listener has no pid of its own.
  const pid = key.pid ?? listener?.pid;
  return last.direction === direction && last.pid === pid ? last : { ...last, direction, pid };
}

function countsOf({ transport, direction }: Pick<EdgeKey, 'transport' | 'direction'>, counts: EdgeCounts) {
  const { open, opened, transmittedBytes, receivedBytes, retransmits, rtt, failed, setup } = counts;
  if (transport === 'udp') return { open, opened };
  return {
    ...{ open, opened, transmittedBytes, receivedBytes, retransmits },
    ...(rtt !== undefined && { rtt }),
    ...(direction === 'outbound' && failed !== NONE_FAILED && { failed }),
    ...(direction === 'outbound' && setup !== NONE_SET_UP && { setup }),
  };
}

function foldedObservation(
  { index, transport, direction }: (typeof FOLDS)[number],
  counts: EdgeCounts,
): Observation {
  return {
    id: `other ${index}`,
    netns: 0,
    transport,
    direction,
    localAddress: '',
    remoteAddress: '',
    port: 0,
    pid: undefined,
    folded: true,
    ...countsOf({ transport, direction }, counts),
  };
}
