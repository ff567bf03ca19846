/** An export that could not be delivered: its remaining requests, compressed. */
export interface QueuedExport {
  /** When it was collected, monotonic, in ms. */
  readonly at: number;
  readonly requests: Buffer[];
}

/** What was removed to stay within the bounds. */
interface Removed {
  /** Requests of exports between others: sums are in the later ones. */
  readonly thinned: number;
  /** Requests of the oldest exports. */
  readonly dropped: number;
}

/** Exports for an endpoint that is unreachable, oldest first. */
export interface ExportQueue {
  /** Adds an export, and removes others beyond the bounds. */
  add(queued: QueuedExport): Removed;
  /** The oldest export; undefined if there is none. */
  first(): QueuedExport | undefined;
  removeFirst(): void;
  /** The number of requests. */
  size(): number;
  /** The time between the oldest export and the newest, in ms. */
  span(): number;
}

/** At 16,000 edges an export has 4 to 5 MB compressed: see docs/configuration.md. */
export const MAX_QUEUE_BYTES = 32 * 1024 * 1024;

/**
 * A queue of at most `maxBytes`, but of one export at least. When it is full, exports in between are removed as long as
 * none is further than `maxGap` ms from the one before: sums are cumulative, and an edge stays in the exports for longer
 * than that, so that no total is lost. Then the oldest is removed.
 */
export function createExportQueue(maxBytes: number, maxGap: () => number): ExportQueue {
  const queue: QueuedExport[] = [];
  const bytesOf = ({ requests }: QueuedExport) => requests.reduce((sum, { length }) => sum + length, 0);
  const isFull = () => queue.length > 1 && queue.reduce((sum, one) => sum + bytesOf(one), 0) > maxBytes;

  /** The export whose neighbours are closest to each other; -1 if all are too far. */
  function leastNeeded(): number {
    let found = -1;
    let smallest = maxGap();
    for (let at = 1; at < queue.length - 1; at++) {
      const gap = (queue[at + 1]?.at ?? 0) - (queue[at - 1]?.at ?? 0);
      if (gap > smallest) continue;
      // Of several the oldest.
      if (gap < smallest || found === -1) found = at;
      smallest = gap;
    }
    return found;
  }

  return {
    add(queued) {
      queue.push(queued);
      let [thinned, dropped] = [0, 0];
      while (isFull()) {
        const at = leastNeeded();
        const [removed] = queue.splice(Math.max(at, 0), 1);
        if (at === -1) dropped += removed?.requests.length ?? 0;
        else thinned += removed?.requests.length ?? 0;
      }
      return { thinned, dropped };
    },
    first: () => queue[0],
    removeFirst: () => void queue.shift(),
    size: () => queue.reduce((sum, { requests }) => sum + requests.length, 0),
    span: () => (queue.at(-1)?.at ?? 0) - (queue[0]?.at ?? 0),
  };
}
