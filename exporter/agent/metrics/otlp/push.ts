import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Log } from '../../log.ts';
import type { SelfMetrics } from '../self-metrics.ts';
import type { Sender } from './sender.ts';

/** Batches kept for an endpoint that cannot be reached: with one batch per minute, two hours of them. */
const MAX_WAITING = 120;

export interface PushOptions {
  readonly sender: Sender;
  /** The batches of one export. */
  readonly collect: () => ResourceMetrics[];
  readonly self: SelfMetrics;
  readonly log: Log;
}

export interface Push {
  /** Collects and delivers once; what cannot be delivered waits for the next time, oldest first. */
  run(): Promise<void>;
}

/**
 * Delivers every export in order. The exporters neither queue nor, by gRPC, retry: an endpoint that is away
 * for a while would leave a hole in every series.
 */
export function createPush({ sender, collect, self, log }: PushOptions): Push {
  const waiting: ResourceMetrics[] = [];
  let isReachable = true;

  async function deliver(batch: ResourceMetrics): Promise<boolean> {
    const delivery = await sender.send(batch);
    if (delivery.state === 'delivered') {
      if (!isReachable) log.info('the OTLP endpoint can be reached again', { waiting: waiting.length - 1 });
      isReachable = true;
      return true;
    }
    self.add('otlpFailed');
    if (delivery.state === 'rejected') {
      self.add('otlpDropped');
      log.warn('the OTLP endpoint refused a batch', { reason: delivery.reason });
      return true;
    }
    if (isReachable)
      log.warn('cannot reach the OTLP endpoint: keeping what is to be sent', { reason: delivery.reason });
    isReachable = false;
    return false;
  }

  return {
    async run() {
      waiting.push(...collect());
      const surplus = waiting.splice(0, Math.max(0, waiting.length - MAX_WAITING));
      if (surplus.length > 0) {
        self.add('otlpDropped', surplus.length);
        log.warn('too much is waiting for the OTLP endpoint: dropped the oldest', {
          batches: surplus.length,
        });
      }
      for (let batch = waiting[0]; batch && (await deliver(batch)); batch = waiting[0]) waiting.shift();
    },
  };
}
