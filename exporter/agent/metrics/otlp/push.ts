import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Log } from '../../log.ts';
import type { SelfMetrics } from '../self-metrics.ts';
import type { Sender } from './sender.ts';

/** The most batches kept for an unreachable endpoint: two hours' worth at one per minute. */
const MAX_QUEUED = 120;

export interface PushOptions {
  readonly sender: Sender;
  /** The batches of one export. */
  readonly collect: () => ResourceMetrics[];
  readonly self: SelfMetrics;
  readonly log: Log;
}

export interface Push {
  /** Collects and sends once. Batches that cannot be delivered are queued for the next time, oldest first. */
  run(): Promise<void>;
}

/**
 * Delivers every export in order. OpenTelemetry's exporters have no queue and, over gRPC, no retries: an endpoint that is
 * unavailable for a while would leave a gap in every series.
 */
export function createPush({ sender, collect, self, log }: PushOptions): Push {
  const queue: ResourceMetrics[] = [];
  let isReachable = true;

  async function deliver(batch: ResourceMetrics): Promise<boolean> {
    const delivery = await sender.send(batch);
    if (delivery.state === 'delivered') {
      if (!isReachable) log.info('the OTLP endpoint is reachable again', { queued: queue.length - 1 });
      isReachable = true;
      return true;
    }
    self.add('otlpFailed');
    if (delivery.state === 'rejected') {
      self.add('otlpDropped');
      log.warn('the OTLP endpoint rejected a batch', { reason: delivery.reason });
      return true;
    }
    if (isReachable)
      log.warn('the OTLP endpoint is unreachable: batches are queued', { reason: delivery.reason });
    isReachable = false;
    return false;
  }

  return {
    async run() {
      queue.push(...collect());
      const surplus = queue.splice(0, Math.max(0, queue.length - MAX_QUEUED));
      if (surplus.length > 0) {
        self.add('otlpDropped', surplus.length);
        log.warn('the OTLP queue is full: the oldest batches are dropped', {
          batches: surplus.length,
        });
      }
      for (let batch = queue[0]; batch && (await deliver(batch)); batch = queue[0]) queue.shift();
    },
  };
}
