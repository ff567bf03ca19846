import type { Log } from '../../log.ts';
import type { SelfMetrics } from '../self-metrics.ts';
import { type Batch, countPoints, halveBatch, packBatch, unpackBatch } from './batch.ts';
import { createExportQueue, MAX_QUEUE_BYTES, type QueuedExport } from './export-queue.ts';
import type { Sender } from './sender.ts';
import { MAX_BATCH_BYTES } from './to-batches.ts';

/** A batch is not cut below this size because the server refused a larger one. */
const MIN_BATCH_BYTES = 16 * 1024;
/** The longest time (ms) that a server can delay the next attempt. */
const MAX_RETRY_AFTER = 3_600_000;
/** No server accepts a single point: dropped without further attempts. */
const SINGLE = 'a single point is too large';

export interface PushOptions {
  /** The sender in use; it may be replaced between two batches. */
  readonly sender: () => Sender;
  /** The batches of one export, of at most so many bytes, each made on demand. */
  readonly collect: (maxBytes: number) => Iterable<Batch>;
  /** How long an edge is exported after its last use (ms). */
  readonly edgeExpiration: () => number;
  readonly self: SelfMetrics;
  readonly log: Log;
  /** Warns of each kind of event once a minute at most. */
  readonly warn: (message: string, fields: Readonly<Record<string, string | number>>) => void;
  /** Monotonic, in ms. */
  readonly uptime: () => number;
  readonly maxQueueBytes?: number;
}

export interface Push {
  /** Collects and sends once. What cannot be delivered is queued for the next time, oldest first. */
  run(): Promise<void>;
  /** Sends what is queued. */
  retry(): Promise<void>;
  /** How long the server delays the next attempt (ms); 0 if it does not. */
  delay(): number;
  /** The next attempt does not wait: the agent stops, or its settings have changed. */
  cancelDelay(): void;
}

/** Whether a batch is done with, or must be sent again. */
type Result = 'done' | 'again';

/**
 * Delivers every export in order: an endpoint that is unavailable for a while leaves no gap in any series. What a server
 * finds too large is cut in halves.
 */
export function createPush(options: PushOptions): Push {
  const { sender, collect, edgeExpiration, self, log, warn, uptime } = options;
  const { maxQueueBytes = MAX_QUEUE_BYTES } = options;
  const queue = createExportQueue(maxQueueBytes, () => edgeExpiration() / 2);
  let maxBytes = MAX_BATCH_BYTES;
  let isReachable = true;
  let notBefore = Number.NEGATIVE_INFINITY;

  async function send(batch: Batch): Promise<Result> {
    const delivery = await sender().send(batch);
    switch (delivery.state) {
      case 'delivered': {
        if (!isReachable) log.info('the OTLP endpoint is reachable again', { queued: queue.size() });
        isReachable = true;
        const { points = 0, message = '' } = delivery.partial ?? {};
        if (points > 0) self.add('otlpRejectedPoints', points);
        if (delivery.partial)
          warn('the OTLP endpoint accepted a batch in part', { rejected: points, reason: message });
        return 'done';
      }
      case 'too large':
        return sendHalves(batch, delivery.reason);
      case 'rejected':
        self.add('otlpFailed');
        return drop(delivery.reason);
      case 'unreachable':
        self.add('otlpFailed');
        notBefore = uptime() + Math.min(delivery.retryAfter ?? 0, MAX_RETRY_AFTER);
        if (isReachable)
          log.warn('the OTLP endpoint is unreachable: batches are queued', { reason: delivery.reason });
        isReachable = false;
        return 'again';
    }
  }

  function drop(reason: string): Result {
    self.add('otlpDropped');
    warn('the OTLP endpoint rejected a batch', { reason });
    return 'done';
  }

  async function sendHalves(batch: Batch, reason: string): Promise<Result> {
    const { bytes } = batch;
    maxBytes = Math.max(MIN_BATCH_BYTES, Math.min(maxBytes, bytes / 2));
    const halves = halveBatch(batch);
    if (!halves) {
      self.add('otlpFailed');
      return drop(`${SINGLE}: ${reason}`);
    }
    warn('the OTLP endpoint finds a batch too large: it is sent in halves', {
      bytes,
      reason,
    });
    const [first, second] = halves;
    // If the second half must be sent again, so is the first: cumulative sums can be.
    return (await send(first)) === 'again' ? 'again' : send(second);
  }

  async function deliverQueue(): Promise<boolean> {
    if (uptime() < notBefore) return false;
    for (let queued = queue.first(); queued; queued = queue.first()) {
      for (let request = queued.requests[0]; request; request = queued.requests[0]) {
        if ((await send(unpackBatch(request))) === 'again') return false;
        queued.requests.shift();
      }
      queue.removeFirst();
    }
    return true;
  }

  function enqueue(queued: QueuedExport): void {
    if (queued.requests.length === 0) return;
    const { thinned, dropped } = queue.add(queued);
    if (thinned > 0) self.add('otlpThinned', thinned);
    if (dropped === 0) return;
    self.add('otlpDropped', dropped);
    warn('the OTLP queue is full: the oldest batches are dropped', {
      batches: dropped,
      'kept.seconds': Math.round(queue.span() / 1000),
    });
  }

  return {
    async run() {
      const at = uptime();
      let canSend = await deliverQueue();
      const unsent: Buffer[] = [];
      for (const batch of collect(maxBytes)) {
        if (countPoints(batch) === 0) continue;
        canSend = canSend && (await send(batch)) === 'done';
        if (!canSend) unsent.push(packBatch(batch));
      }
      enqueue({ at, requests: unsent });
    },
    async retry() {
      await deliverQueue();
    },
    delay: () => Math.max(0, notBefore - uptime()),
    cancelDelay() {
      notBefore = Number.NEGATIVE_INFINITY;
    },
  };
}
