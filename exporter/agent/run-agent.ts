import { setTimeout as sleep } from 'node:timers/promises';
import type { Reading } from './capture/capture.ts';
import { chooseCapture } from './capture/choose-capture.ts';
import { restAfter } from './cycle-delay.ts';
import { captureLimits } from './doctor/capture-limits.ts';
import { FatalError } from './fatal-error.ts';
import { createHiddenWarning } from './hidden-warning.ts';
import type { Log } from './log.ts';
import type { Attributes } from './metrics/edge-attributes.ts';
import { type MetricsServer, serveMetrics } from './metrics/metrics-server.ts';
import { prometheusText } from './metrics/prometheus-text.ts';
import { formatEndpoint } from './net/address.ts';
import { openPipeline } from './open-pipeline.ts';
import { readEffectiveCapabilities } from './proc/capabilities.ts';
import { startPush } from './push-loop.ts';
import type { AgentSettings } from './settings.ts';

/** What the agent needs besides its settings. */
export interface AgentContext {
  readonly env: NodeJS.ProcessEnv;
  /** Ends the agent: Ctrl-C, or a service manager's stop. */
  readonly stop: AbortSignal;
  readonly log: Log;
}

/**
 * Observes this host until it is stopped, and serves or pushes the metrics of `resource`. Rejects when no capture
 * works or it cannot listen.
 */
export async function runAgent(
  settings: AgentSettings,
  resource: Attributes & { readonly 'host.name': string },
  { env, stop, log }: AgentContext,
): Promise<void> {
  const { procRoot, listen, otlp, edgeExpiration, maxServices, maxEdges } = settings;
  const where = { procRoot, netns: settings.netns };
  const { capture, unavailable } = await chooseCapture(settings.capture, where, log);
  for (const { name, missing = '' } of unavailable)
    log.warn('capture not available', { capture: name, reason: missing });
  // Those that poll are warned of by the passes that meet what they hide.
  const limits = captureLimits(capture.name, readEffectiveCapabilities(procRoot), settings.netns);
  if (capture.name === 'ebpf') for (const { what, remedy } of limits) log.warn(what, { remedy });
  const { pipeline, close } = openPipeline(
    capture,
    settings,
    { host: resource['host.name'], edgeExpiration, maxServices, maxEdges },
    { env, log },
  );

  let server: MetricsServer | undefined;
  try {
    if (listen) server = await listenFor(listen, () => prometheusText(pipeline.families(), resource));
    const push = otlp && (await startPush(otlp, pipeline, resource, log));
    log.info('watching sockets', {
      capture: capture.name,
      netns: settings.netns,
      ...(server && { metrics: server.url }),
      ...(otlp && { otlp: otlp.protocol }),
    });
    await watch(() => pipeline.runCycle(), settings.interval, stop, log);
    await push?.finish();
  } finally {
    await server?.close();
    close();
  }
  log.info('stopped');
}

/** Passes until told to stop. One that fails is told once, until one succeeds again. */
async function watch(
  runCycle: () => Promise<Reading>,
  interval: number,
  stop: AbortSignal,
  log: Log,
): Promise<void> {
  const warnOfHidden = createHiddenWarning(log);
  let failing = false;
  while (!stop.aborted) {
    const start = performance.now();
    try {
      warnOfHidden(await runCycle());
      failing = false;
    } catch (error) {
      if (error instanceof FatalError) throw error;
      if (!failing) log.error('cannot look at the sockets', { reason: (error as Error).message });
      failing = true;
    }
    const rest = restAfter(performance.now() - start, interval);
    await sleep(rest, undefined, { signal: stop }).catch(() => {});
  }
}

async function listenFor(
  listen: { host: string; port: number },
  render: () => Iterable<string>,
): Promise<MetricsServer> {
  try {
    return await serveMetrics(listen, render);
  } catch (cause) {
    const place = formatEndpoint(listen.host, listen.port);
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'the port is taken' : message;
    throw new Error(`cannot listen on ${place} (--web.listen-address): ${reason}`, { cause });
  }
}
