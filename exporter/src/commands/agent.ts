import { setTimeout as sleep } from 'node:timers/promises';
import type { Pass } from '../capture/capture.ts';
import { chooseCapture } from '../capture/ladder.ts';
import { AGENT_OPTIONS } from '../config/agent-options.ts';
import { helpText } from '../config/help-text.ts';
import type { OptionValues } from '../config/option.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { resourceOf } from '../config/resource.ts';
import { readEffectiveCapabilities } from '../doctor/capabilities.ts';
import { captureLimits } from '../doctor/capture-limits.ts';
import { FatalError } from '../fatal-error.ts';
import { createLog, type Log } from '../log.ts';
import { type MetricsServer, serveMetrics } from '../metrics/metrics-server.ts';
import { prometheusText } from '../metrics/prometheus-text.ts';
import { formatEndpoint } from '../net/address.ts';
import type { Command, Io } from './command.ts';
import { createHiddenWarning } from './hidden-warning.ts';
import { openPipeline } from './open-pipeline.ts';
import { restAfter } from './pace.ts';
import { otlpSettings, startPush } from './push-loop.ts';

const DEFAULT_LISTEN = { host: '127.0.0.1', port: 9464 };
const SUMMARY = "Reports this host's service dependencies as metrics, until it is stopped.";

type Settings = OptionValues<typeof AGENT_OPTIONS>;

export const agent: Command = {
  summary: SUMMARY,
  async run(argv, io) {
    const settings = await resolveOptions(AGENT_OPTIONS, argv, io.env);
    if (settings.help) {
      io.stdout(helpText('musubi agent [OPTIONS]', `${SUMMARY}\n${ABOUT}`, AGENT_OPTIONS));
      return 0;
    }
    const log = createLog(io.stderr);
    try {
      await runAgent(settings, io, log);
      return 0;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ERR_USAGE') throw error;
      log.error('the agent stops', { reason: (error as Error).message });
      return 1;
    }
  },
};

const ABOUT = `Prometheus scrapes it on --prometheus-listen; it pushes by OTLP when --otlp-endpoint or one of the standard
OTEL_EXPORTER_OTLP_* variables is set. A flag goes before its variable, that before the file of --config.`;

async function runAgent(settings: Settings, { env, stop }: Io, log: Log): Promise<void> {
  const resource = resourceOf(env, settings['host-name']);
  const otlp = otlpSettings(settings, env);
  const procRoot = settings['proc-root'];
  const listen = settings['prometheus-listen'] ?? (otlp ? undefined : DEFAULT_LISTEN);

  const where = { procRoot, netns: settings.netns };
  const { capture, passedOver } = await chooseCapture(settings.capture, where, log);
  for (const { name, missing = '' } of passedOver)
    log.warn('capture not available', { capture: name, reason: missing });
  // Those that poll are warned of by the passes that meet what they hide.
  const limits = captureLimits(capture.name, readEffectiveCapabilities(procRoot), settings.netns);
  if (capture.name === 'ebpf') for (const { what, remedy } of limits) log.warn(what, { remedy });
  const { pipeline, close } = openPipeline(
    capture,
    settings,
    {
      host: resource['host.name'],
      forgetAfter: settings['forget-after'],
      maxServices: settings['max-services'],
      maxEdges: settings['max-edges-per-service'],
    },
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
    await watch(() => pipeline.pass(), settings.interval, stop, log);
    await push?.finish();
  } finally {
    await server?.close();
    close();
  }
  log.info('stopped');
}

/** Passes until told to stop. One that fails is told once, until one succeeds again. */
async function watch(
  pass: () => Promise<Pass>,
  interval: number,
  stop: AbortSignal,
  log: Log,
): Promise<void> {
  const warnOfHidden = createHiddenWarning(log);
  let failing = false;
  while (!stop.aborted) {
    const start = performance.now();
    try {
      warnOfHidden(await pass());
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
    throw new Error(`cannot listen on ${place} (--prometheus-listen): ${reason}`, { cause });
  }
}
