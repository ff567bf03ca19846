import { setTimeout as sleep } from 'node:timers/promises';
import type { AGENT_OPTIONS } from '../config/agent-options.ts';
import type { OptionValues } from '../config/option.ts';
import type { Environment } from '../config/resolve-options.ts';
import { UsageError } from '../config/usage-error.ts';
import { parseUrl } from '../config/values.ts';
import type { Log } from '../log.ts';
import type { Attributes } from '../metrics/edge-attributes.ts';
import type { OtlpProtocol } from '../metrics/otlp/sender.ts';
import type { Pipeline } from '../pipeline.ts';

export interface OtlpSettings {
  readonly protocol: OtlpProtocol;
  /** Absent when the exporter is to find it in the standard variables. */
  readonly endpoint: string | undefined;
  /** Milliseconds. */
  readonly interval: number;
}

const ENDPOINT_VARIABLES = ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/** Whether and how to push. Undefined when nothing asks for it. Throws `UsageError` for a bad endpoint variable. */
export function otlpSettings(
  settings: OptionValues<typeof AGENT_OPTIONS>,
  env: Environment,
): OtlpSettings | undefined {
  const variable = ENDPOINT_VARIABLES.find((name) => env[name]);
  const endpoint = settings['otlp-endpoint'];
  const protocol = settings['otlp-protocol'];
  if (endpoint === undefined && variable === undefined && protocol === undefined) return undefined;
  if (endpoint === undefined && variable !== undefined) checkEndpoint(variable, env[variable] ?? '');
  return { protocol: protocol ?? 'grpc', endpoint, interval: settings['export-interval'] };
}

/** The exporters only mutter about a bad URL and go on with their default. */
function checkEndpoint(variable: string, value: string): void {
  try {
    // gRPC also takes host:port without a scheme.
    if (!/^[\w.-]+:\d+$/.test(value)) parseUrl(value);
  } catch (cause) {
    throw new UsageError(`${variable}: ${JSON.stringify(value)} ${(cause as Error).message}`, { cause });
  }
}

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
    import('../metrics/otlp/diagnostics.ts'),
    import('../metrics/otlp/sender.ts'),
    import('../metrics/otlp/push.ts'),
    import('../metrics/otlp/resource-metrics.ts'),
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
