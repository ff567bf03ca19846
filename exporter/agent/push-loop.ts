import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';
import type { Attributes } from './metrics/edge-attributes.ts';
import type { Pipeline } from './pipeline.ts';
import type { OtlpSettings } from './settings.ts';

/** How long a slow OTLP endpoint can delay the shutdown (ms): service managers kill after 10 s or more. */
const GRACE = 5000;

/** Pushes at every interval. `finish` pushes once more and closes the sender, within `grace` ms. */
export async function startPush(
  { protocol, endpoint, interval }: OtlpSettings,
  pipeline: Pick<Pipeline, 'families' | 'self'>,
  resource: Attributes,
  log: Log,
  grace = GRACE,
): Promise<{ finish(): Promise<void> }> {
  // Imported on demand: an agent that is only scraped does not load OpenTelemetry, which costs memory.
  const [{ createOtlpSender, logDiagnostics }, { createPush }, { toBatches }] = await Promise.all([
    import('./metrics/otlp/sender.ts'),
    import('./metrics/otlp/push.ts'),
    import('./metrics/otlp/resource-metrics.ts'),
  ]);
  logDiagnostics(log);
  const sender = await createOtlpSender(protocol, endpoint);
  const collect = () => toBatches(pipeline.families(), resource, Date.now());
  const push = createPush({ sender, collect, self: pipeline.self, log });

  let running: Promise<void> | undefined;
  const run = () => {
    // A push that takes longer than the interval delays the next one; they do not run in parallel.
    running ??= push.run().finally(() => {
      running = undefined;
    });
    return running;
  };
  const timer = setInterval(run, interval);
  return {
    async finish() {
      clearInterval(timer);
      const finished = async () => {
        await running;
        await run();
        await sender.close();
        return true;
      };
      const timeout = new AbortController();
      const isFinished = await Promise.race([finished(), sleep(grace, false, { signal: timeout.signal })]);
      timeout.abort();
      if (!isFinished)
        log.warn('last OTLP push timed out: its metrics are lost', { 'timeout.seconds': grace / 1000 });
    },
  };
}
