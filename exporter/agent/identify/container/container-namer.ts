import type { Log } from '../../log.ts';
import { removeOldest } from '../../remove-oldest.ts';
import type { Workload } from '../workload.ts';
import type { Container } from './cgroup.ts';
import type { NameSource } from './name-source.ts';

/** Names containers from a cache, which only `refresh` fills. */
export interface ContainerNamer {
  /**
   * The name, if it is in the cache: `pending` before the next `refresh`, undefined if no source knows it. The id would
   * not be a name, as it changes with every deployment.
   */
  name(container: Container): Workload | 'pending' | undefined;
  /**
   * Looks up the names requested since and not known; never rejects, and takes a second at most. Returns whether there
   * was anything to look up.
   */
  refresh(): Promise<boolean>;
}

export interface ContainerNamerOptions {
  /** All are queried in parallel. */
  readonly sources: readonly NameSource[];
  readonly log: Pick<Log, 'warn'>;
  /** Monotonic milliseconds. */
  readonly uptime: () => number;
  /** Maximum duration of a refresh in ms. */
  readonly timeout?: number;
}

interface Known {
  readonly name: Workload | undefined;
  /** When to look it up again; absent for a name, which does not change. */
  readonly retryAt?: number;
}

interface SourceState {
  readonly source: NameSource;
  /** It is not queried before this time, after a failure. */
  pausedUntil: number;
  /** Whether its last query failed. */
  isFailing: boolean;
}

const TIMEOUT = 1000;
const RETRY = 60_000;
/** More containers than a host runs at the same time. */
const MAX_KNOWN = 4096;

export function createContainerNamer(options: ContainerNamerOptions): ContainerNamer {
  const { log, uptime, timeout = TIMEOUT } = options;
  const sources = options.sources.map(
    (source): SourceState => ({ source, pausedUntil: 0, isFailing: false }),
  );
  const known = new Map<string, Known>();
  const pending = new Map<string, Container>();

  /** Adds to the cache, and removes the oldest entry when it is full. */
  function keep(containerId: string, entry: Known): void {
    known.set(containerId, entry);
    removeOldest(known, MAX_KNOWN);
  }

  /** Removes the containers that get a name from `open`. Returns whether the source timed out before the others. */
  async function lookUp(
    state: SourceState,
    open: Map<string, Container>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { source } = state;
    const candidates = [...open.values()].filter((container) => source.isFor(container));
    if (candidates.length === 0 || uptime() < state.pausedUntil) return false;
    let answers = 0;
    const onName = (container: Container, name: Workload | undefined) => {
      answers++;
      if (!name) return;
      open.delete(container.containerId);
      keep(container.containerId, { name });
    };
    try {
      await source.lookUp(candidates, onName, signal);
      state.isFailing = false;
      return false;
    } catch (error) {
      if (signal.aborted && answers > 0) return true;
      state.pausedUntil = uptime() + RETRY;
      if (!state.isFailing)
        log.warn('cannot look up container names', {
          source: source.title,
          reason: (error as Error).message,
        });
      state.isFailing = true;
      return false;
    }
  }

  return {
    name(container) {
      if (!sources.some(({ source }) => source.isFor(container))) return undefined;
      const entry = known.get(container.containerId);
      const isDue = !entry || (entry.retryAt !== undefined && entry.retryAt <= uptime());
      if (isDue) pending.set(container.containerId, container);
      return entry ? entry.name : 'pending';
    },
    async refresh() {
      if (pending.size === 0) return false;
      const open = new Map(pending);
      pending.clear();
      const signal = AbortSignal.timeout(timeout);
      const timedOut = await Promise.all(sources.map((state) => lookUp(state, open, signal)));
      const retryAt = uptime() + (timedOut.includes(true) ? 0 : RETRY);
      for (const [containerId] of open) keep(containerId, { name: undefined, retryAt });
      return true;
    },
  };
}
