import type { Log } from '../../log.ts';
import type { Workload } from '../workload.ts';
import type { Container } from './cgroup.ts';
import type { NameSource } from './name-source.ts';

/** Names containers from memory, and fetches what is not in it only when told to. */
export interface ContainerNamer {
  /**
   * The name as far as it is known now: `pending` before the first `refresh` that follows, undefined where nobody
   * tells. An id would be no name: it is another one after each deployment.
   */
  name(container: Container): Workload | 'pending' | undefined;
  /**
   * Fetches what has been asked for since and is not known; never rejects, and takes a second at most. Tells
   * whether there was anything to fetch.
   */
  refresh(): Promise<boolean>;
}

export interface ContainerNamerOptions {
  /** All are asked at the same time. */
  readonly sources: readonly NameSource[];
  readonly log: Pick<Log, 'warn'>;
  /** Milliseconds since any time, never set. */
  readonly uptime: () => number;
  /** How long a refresh takes at most, in ms. */
  readonly patience?: number;
}

interface Known {
  readonly name: Workload | undefined;
  /** When to ask again; absent for a name that stays. */
  readonly askAgain?: number;
}

interface Entry {
  readonly source: NameSource;
  /** It failed and is not asked before that time. */
  restsUntil: number;
  /** Whether it has failed since it answered last. */
  isFailing: boolean;
}

const PATIENCE = 1000;
const RETRY = 60_000;
/** More containers than a host runs at a time. */
const MAX_KNOWN = 4096;

export function createContainerNamer(options: ContainerNamerOptions): ContainerNamer {
  const { log, uptime, patience = PATIENCE } = options;
  const sources = options.sources.map((source): Entry => ({ source, restsUntil: 0, isFailing: false }));
  const known = new Map<string, Known>();
  const pending = new Map<string, Container>();

  /** Remembers; the first one kept goes when there are too many, and is asked for anew if it comes back. */
  function keep(containerId: string, entry: Known): void {
    known.set(containerId, entry);
    for (const first of known.keys()) {
      if (known.size <= MAX_KNOWN) break;
      known.delete(first);
    }
  }

  /** Takes the containers that get a name out of `open`. Tells whether the source has yet to answer for others. */
  async function ask(entry: Entry, open: Map<string, Container>, signal: AbortSignal): Promise<boolean> {
    const { source } = entry;
    const mine = [...open.values()].filter((container) => source.isFor(container));
    if (mine.length === 0 || uptime() < entry.restsUntil) return false;
    let answers = 0;
    const tell = (container: Container, name: Workload | undefined) => {
      answers++;
      if (!name) return;
      open.delete(container.containerId);
      keep(container.containerId, { name });
    };
    try {
      await source.ask(mine, tell, signal);
      entry.isFailing = false;
      return false;
    } catch (error) {
      if (signal.aborted && answers > 0) return true;
      entry.restsUntil = uptime() + RETRY;
      if (!entry.isFailing)
        log.warn('cannot ask for names of containers', {
          of: source.title,
          reason: (error as Error).message,
        });
      entry.isFailing = true;
      return false;
    }
  }

  return {
    name(container) {
      if (!sources.some(({ source }) => source.isFor(container))) return undefined;
      const entry = known.get(container.containerId);
      const isDue = !entry || (entry.askAgain !== undefined && entry.askAgain <= uptime());
      if (isDue) pending.set(container.containerId, container);
      return entry ? entry.name : 'pending';
    },
    async refresh() {
      if (pending.size === 0) return false;
      const open = new Map(pending);
      pending.clear();
      const signal = AbortSignal.timeout(patience);
      const asked = await Promise.all(sources.map((entry) => ask(entry, open, signal)));
      const askAgain = uptime() + (asked.includes(true) ? 0 : RETRY);
      for (const [containerId] of open) keep(containerId, { name: undefined, askAgain });
      return true;
    },
  };
}
