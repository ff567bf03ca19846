import type { Reading } from '../capture/capture.ts';
import { indexServices, mergeServices, type ServiceListener } from '../half-edge.ts';
import { socketKey } from '../net/listener-index.ts';
import { removeOldest } from '../remove-oldest.ts';

/**
 * Adds the listeners of earlier cycles that no longer listen: what still connects to them while they restart, or are
 * down, keeps the name of its destination.
 *
 * One is kept as long as a process of its network namespace runs that was there before, since the number of a removed
 * namespace is used again at once, and until another listens in its position.
 */
export type RememberListeners = (
  listeners: readonly ServiceListener[],
  reading: Pick<Reading, 'observations' | 'listeners' | 'namespaces'>,
  now: number,
) => readonly ServiceListener[];

/** Whether a process runs in a network namespace. */
export type IsRunningIn = (netns: number, pid: number) => boolean;

/** How long a lost listener is kept, in ms. */
const KEEP = 24 * 3_600_000;
/** The most that are kept; the first lost are removed first. */
const MAX_LOST = 1024;

export function createRememberListeners(isRunningIn: IsRunningIn): RememberListeners {
  let before: ReadonlyMap<string, ServiceListener> = new Map();
  let pidsBefore: ReadonlyMap<number, ReadonlySet<number>> = new Map();
  /** In the order in which they were lost, with the time. */
  const lost = new Map<string, { readonly listener: ServiceListener; readonly since: number }>();

  function update(current: ReadonlyMap<string, ServiceListener>, now: number): void {
    for (const [key, listener] of before)
      if (!current.has(key)) lost.set(key, { listener: { ...listener, isLost: true }, since: now });
    if (lost.size === 0) return;
    const services = indexServices([...current.values()]);
    const continues = new Map<number, boolean>();
    for (const [key, { listener, since }] of lost) {
      const { netns, dst } = listener;
      if (!continues.has(netns))
        continues.set(
          netns,
          [...(pidsBefore.get(netns) ?? [])].some((pid) => isRunningIn(netns, pid)),
        );
      const isReplaced = services.find({ ...listener, address: dst.address }) !== undefined;
      if (isReplaced || !continues.get(netns) || now - since > KEEP) lost.delete(key);
    }
    removeOldest(lost, MAX_LOST);
  }

  return (listeners, reading, now) => {
    const current = new Map<string, ServiceListener>();
    for (const listener of listeners)
      if (listener.transport !== 'unix' && listener.dst.service !== undefined) add(current, listener);
    update(current, now);
    before = current;
    pidsBefore = pidsByNamespace(reading);
    return lost.size === 0
      ? listeners
      : [...listeners, ...[...lost.values()].map(({ listener }) => listener)];
  };
}

function add(listeners: Map<string, ServiceListener>, listener: ServiceListener): void {
  const key = socketKey({ ...listener, address: listener.dst.address });
  const known = listeners.get(key);
  listeners.set(key, known ? mergeServices([known, listener]) : listener);
}

function pidsByNamespace({
  observations,
  listeners,
  namespaces,
}: Pick<Reading, 'observations' | 'listeners' | 'namespaces'>): Map<number, Set<number>> {
  const pids = new Map<number, Set<number>>();
  for (const sockets of [namespaces, listeners, observations]) {
    for (const { netns, pid } of sockets) {
      if (pid === undefined) continue;
      const found = pids.get(netns);
      if (found) found.add(pid);
      else pids.set(netns, new Set([pid]));
    }
  }
  return pids;
}
