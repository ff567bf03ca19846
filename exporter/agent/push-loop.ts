import { setTimeout as sleep } from 'node:timers/promises';
import { createLimitedWarning } from './limited-warning.ts';
import type { Log } from './log.ts';
import type { Attributes } from './metrics/edge-attributes.ts';
import type { Pipeline } from './pipeline.ts';
import type { OtlpSettings } from './settings.ts';

/** How long a slow OTLP endpoint can delay the shutdown (ms): service managers kill after 10 s or more. */
const GRACE = 5000;

export interface PushLoop {
  /** Uses other settings from the next push on. Rejects, and keeps the ones before, if they cannot be used. */
  reconfigure(settings: OtlpSettings, edgeExpiration: number): Promise<void>;
  /** Pushes once more and closes the sender, within `grace` ms. */
  finish(): Promise<void>;
}

/** Pushes at every interval, and when the endpoint wants to be tried again. */
export async function startPush(
  initial: OtlpSettings,
  pipeline: Pick<Pipeline, 'families' | 'self'>,
  resourceOf: () => Attributes,
  { log, grace = GRACE, ...options }: { log: Log; edgeExpiration: number; grace?: number },
): Promise<PushLoop> {
  // Imported on demand: an agent that is only scraped does not load it, which costs memory.
  const [{ watchSender }, { createPush }, { toBatches }] = await Promise.all([
    import('./metrics/otlp/watched-sender.ts'),
    import('./metrics/otlp/push.ts'),
    import('./metrics/otlp/to-batches.ts'),
  ]);
  const sender = await watchSender(initial);
  const warn = createLimitedWarning(log);
  let { interval } = initial;
  let { edgeExpiration } = options;
  const push = createPush({
    sender: sender.current,
    collect: (maxBytes) => toBatches(pipeline.families(), resourceOf(), Date.now(), maxBytes),
    edgeExpiration: () => edgeExpiration,
    ...{ self: pipeline.self, log, warn, uptime: () => performance.now() },
  });

  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  let retryTimer: NodeJS.Timeout | undefined;

  /** One after the other: a push that takes longer than the interval delays the next one. */
  function schedule(attempt: () => Promise<void>): Promise<void> {
    waiting++;
    last = last
      .then(async () => {
        await sender.refresh().catch(warnOfFiles);
        await attempt();
      })
      .catch((error: Error) => warn('OTLP push failed', { reason: error.message }))
      .finally(() => {
        waiting--;
        retryLater();
      });
    return last;
  }

  function warnOfFiles({ message }: Error): void {
    warn('certificate files of the OTLP endpoint cannot be used: the ones before stay in use', {
      reason: message,
    });
  }

  function retryLater(): void {
    clearTimeout(retryTimer);
    const delay = push.delay();
    if (delay > 0 && delay < interval) retryTimer = setTimeout(() => void schedule(push.retry), delay);
  }

  const run = () => {
    if (waiting < 2) void schedule(push.run);
  };
  let timer = setInterval(run, interval);
  return {
    async reconfigure(settings, expiration) {
      await sender.refresh(settings);
      push.cancelDelay();
      edgeExpiration = expiration;
      if (settings.interval === interval) return;
      interval = settings.interval;
      clearInterval(timer);
      timer = setInterval(run, interval);
    },
    async finish() {
      clearInterval(timer);
      const finished = async () => {
        await last;
        push.cancelDelay();
        await schedule(push.run);
        clearTimeout(retryTimer);
        return true;
      };
      const timeout = new AbortController();
      const isFinished = await Promise.race([finished(), sleep(grace, false, { signal: timeout.signal })]);
      timeout.abort();
      clearTimeout(retryTimer);
      sender.current().close();
      if (!isFinished)
        log.warn('last OTLP push timed out: its metrics are lost', { 'timeout.seconds': grace / 1000 });
    },
  };
}
