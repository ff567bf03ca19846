import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';
import type { Attributes } from './metrics/edge-attributes.ts';
import type { Pipeline } from './pipeline.ts';
import type { OtlpSettings } from './settings.ts';

/** How long an endpoint that is slow or away may hold up the end: service managers kill after some 10 s or more. */
const GRACE = 5000;

/** Pushes at every interval. `finish` pushes a last time and closes, all within `grace` ms. */
export async function startPush(
  { protocol, endpoint, interval }: OtlpSettings,
  pipeline: Pipeline,
  resource: Attributes,
  log: Log,
  grace = GRACE,
): Promise<{ finish(): Promise<void> }> {
  // Imported on demand: an agent that is only scraped does without OpenTelemetry's code and its memory.
  const [{ logDiagnostics }, { createOtlpSender }, { createPush }, { toBatches }] = await Promise.all([
    import('./metrics/otlp/diagnostics.ts'),
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
    // A push that outlasts the interval delays the next one; it does not run beside it.
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
      const enough = new AbortController();
      const isFinished = await Promise.race([finished(), sleep(grace, false, { signal: enough.signal })]);
      enough.abort();
      if (!isFinished) log.warn('the OTLP endpoint takes too long: what it has not taken is lost');
    },
  };
}
