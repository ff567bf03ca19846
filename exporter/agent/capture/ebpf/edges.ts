import type { Observation } from '../capture.ts';
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
import type { SocketOwners } from './socket-owners.ts';

/** The kernel's edge records, read in each cycle. */
export interface Edges {
  /** One observation per record. Idle records are removed from the kernel's table. */
  observe(owners: SocketOwners): Observation[];
  /** Number of records in the kernel's table. */
  used(): number;
}

/** State of a record between cycles. */
interface KnownEdge {
  /** The same object is returned in the next cycle if nothing has changed, so others need not compare. */
  observation: Observation;
  /** Set if its direction or process may depend on a listener. */
  readonly key: EdgeKey | undefined;
  /** When its counts last changed, in ms. */
  changed: number;
  cycle: number;
}

/** A record without open connections that has not changed for this long is removed, in ms. */
const IDLE = 60_000;
/** If more of the table is in use, such records are removed in the next cycle. */
const CROWDED = 0.5;

export function createEdges(program: KernelProgram, uptime: () => number): Edges {
  const known = new Map<string, KnownEdge>();
  /** Ids of the records removed in the last cycle, which was the last to report them. */
  const removed: string[] = [];
  let cycle = 0;
  let serial = 0;

  function readRecord(key: Buffer, value: Buffer, now: number): void {
    const id = recordId(key, value);
    const edge = known.get(id);
    if (!edge) {
      const decoded = decodeEdgeKey(key);
      const { isPeer: _, ...rest } = decoded;
      const observation = {
        id: `${++serial}`,
        ...rest,
        ...countsOf(rest, decodeEdge(value, program.scans)),
      };
      const dependsOnListener = decoded.direction !== 'outbound';
      known.set(id, { observation, key: dependsOnListener ? decoded : undefined, changed: now, cycle });
      return;
    }
    edge.cycle = cycle;
    if (!isChanged(value, edge.observation, program.scans)) return;
    update(edge, value);
    edge.changed = now;
  }

  function update(edge: KnownEdge, value: Buffer): void {
    const { id, netns, transport, direction, localAddress, remoteAddress, port, pid, image } =
      edge.observation;
    edge.observation = {
      ...{ id, netns, transport, direction, localAddress, remoteAddress, port, pid, image },
      ...countsOf(edge.observation, decodeEdge(value, program.scans)),
    };
  }

  /** Removes idle records. If one is used at this moment, its last counts are still reported. */
  function sweep(now: number, crowded: boolean): void {
    const maxIdle = crowded ? 0 : IDLE;
    const inUse: [id: string, edge: KnownEdge, value: Buffer][] = [];
    for (const [id, edge] of known) {
      if (edge.observation.open > 0 || now - edge.changed < maxIdle || edge.changed === now) continue;
      const last = program.takeEdge(keyOf(id));
      if (last) update(edge, last);
      if (last && edge.observation.open > 0) inUse.push([id, edge, last]);
      else removed.push(id);
    }
    for (const [id, edge, value] of inUse)
      if (putBack(keyOf(id), edge, value)) edge.changed = now;
      else removed.push(id);
  }

  /**
   * Puts back a record with open connections, which need it when they close. False if they are closed by now or the
   * table is full.
   */
  function putBack(key: Buffer, edge: KnownEdge, value: Buffer): boolean {
    for (;;) {
      if (edge.observation.open === 0) return false;
      const put = program.putEdge(key, value);
      if (put !== 'exists') return put === 'inserted';
      // It was used again in the meantime, and the kernel has created another record.
      const more = program.takeEdge(key);
      if (!more) continue;
      addEdge(value, more);
      update(edge, value);
    }
  }

  return {
    observe(owners) {
      cycle++;
      const now = uptime();
      for (const id of removed.splice(0)) known.delete(id);
      program.eachEdge((key, value) => readRecord(key, value, now));
      for (const [id, edge] of known) if (edge.cycle !== cycle) known.delete(id);
      sweep(now, known.size > program.size * CROWDED);

      const observations: Observation[] = [];
      for (const edge of known.values()) {
        if (edge.key) edge.observation = owners.attribute(edge.observation, edge.key);
        observations.push(edge.observation);
      }
      program.folds().forEach((value, i) => {
        const fold = FOLDS[i];
        const counts = decodeEdge(value, program.scans);
        if (fold && isUsed(counts)) observations.push(foldedObservation(fold, counts));
      });
      return observations;
    },
    used: () => known.size - removed.length,
  };
}

/** Key and creation time: a later record with the same key is another one. */
function recordId(key: Buffer, value: Buffer): string {
  return key.toString('latin1') + value.toString('latin1', 0, 8);
}

function keyOf(id: string): Buffer {
  return Buffer.from(id.slice(0, -8), 'latin1');
}

function isUsed({ opened, open, failed }: EdgeCounts): boolean {
  return opened > 0 || open > 0 || failed.some((count) => count > 0);
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
