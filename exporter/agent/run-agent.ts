import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reading } from './capture/capture.ts';
import { chooseCapture } from './capture/choose-capture.ts';
import { captureLimits } from './doctor/capture-limits.ts';
import { createHostNameLog } from './doctor/host-name.ts';
import { FatalError } from './fatal-error.ts';
import { createHealth, type Health } from './health.ts';
import { createHiddenWarning } from './hidden-warning.ts';
import { createLimitedWarning } from './limited-warning.ts';
import type { CountingLog } from './log.ts';
import type { Attributes } from './metrics/edge-attributes.ts';
import type { HostNames } from './metrics/known-host.ts';
import {
  connectionBounds,
  type MetricsServer,
  type MetricsSource,
  serveMetrics,
  type WebConfigSource,
} from './metrics/metrics-server.ts';
import { processFamilies, readProcessUsage } from './metrics/process-families.ts';
import { prometheusText } from './metrics/prometheus-text.ts';
import type { SelfMetrics } from './metrics/self-metrics.ts';
import { formatEndpoint } from './net/address.ts';
import { openPipeline } from './open-pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import { readEffectiveCapabilities } from './proc/capabilities.ts';
import { readFileLimit } from './proc/file-limit.ts';
import { startPush } from './push-loop.ts';
import { createReload } from './reload.ts';
import type { AgentSettings } from './settings.ts';

/** How long the last cycle can delay the shutdown (ms). */
const LAST_CYCLE_GRACE = 2000;

/** What the agent needs besides its settings. */
export interface AgentContext {
  readonly env: NodeJS.ProcessEnv;
  /** Stops the agent, on Ctrl-C or on a stop by a service manager. */
  readonly stop: AbortSignal;
  /** Calls its argument whenever the configuration should be read again. */
  readonly onReload: (reload: () => void) => void;
  /** Reads the configuration again. Rejects if it is invalid. */
  readonly readConfiguration: () => Promise<AgentSettings>;
  /** TLS and authentication of the metrics; absent for plain HTTP. */
  readonly web?: Omit<WebConfigSource, 'onRefused'> | undefined;
  readonly log: CountingLog;
}

/**
 * The OpenTelemetry resource of the exporter. The name of its host may change, as it may be set only after the agent has
 * started.
 */
export type Resource = Attributes & { readonly 'host.name': string };

/**
 * Observes this host until `stop`, and serves or pushes its metrics. Rejects if no capture works, or if it cannot
 * listen.
 */
export async function runAgent(
  settings: AgentSettings,
  resourceOf: () => Resource,
  { env, stop, onReload, readConfiguration, web, log }: AgentContext,
): Promise<void> {
  const { procRoot, listen, otlp, edgeExpiration, maxServices, maxEdges } = settings;
  const options = { procRoot, netns: settings.netns, traced: settings.nat !== 'off' };
  const hostName = () => resourceOf()['host.name'];
  const { capture, unavailable } = await chooseCapture(settings.capture, options, log);
  for (const { name, missing = '' } of unavailable)
    log.warn('capture not available', { capture: name, reason: missing });
  // The other captures are warned about by `watch`, once they find what they cannot inspect.
  const limits = captureLimits(capture.name, readEffectiveCapabilities(procRoot), settings.netns);
  if (capture.name === 'ebpf')
    for (const { what, remedy } of limits)
      log.warn('capture limited', { capture: capture.name, limit: what, remedy });
  const { pipeline, close } = openPipeline(
    capture,
    settings,
    { host: hostName, edgeExpiration, maxServices, maxEdges },
    { env, log },
  );

  let current = settings;
  let cycles = 0;
  const health = createHealth(() => current.interval);
  const warnOften = createLimitedWarning(log);
  const [fileLimit, started] = [readFileLimit(), Date.now()];
  function* families() {
    yield* pipeline.families();
    yield* processFamilies(readProcessUsage(fileLimit), started);
  }
  let server: MetricsServer | undefined;
  try {
    if (listen)
      server = await listenFor(
        listen,
        {
          ...health,
          render: () => prometheusText(families(), resourceOf()),
          version: () => cycles,
          hosts: () => hostNames(listen.host, hostName(), current.allowedHosts),
          onUnknownHost: (host) =>
            warnOften('request refused: unknown host name', { host, remedy: '--web.allowed-hosts' }),
        },
        web && {
          ...web,
          onRefused: (reason) =>
            warnOften('web configuration not reloaded: the one before stays in use', { reason }),
        },
      );
    const push =
      otlp && (await startPush(otlp, { families, self: pipeline.self }, resourceOf, { log, edgeExpiration }));
    log.info('agent started', {
      capture: capture.name,
      netns: settings.netns,
      ...(server && { metrics: server.url }),
      ...(otlp && { otlp: otlp.protocol }),
    });
    const reload = createReload({
      initial: settings,
      read: readConfiguration,
      async apply(next) {
        if (push && next.otlp) await push.reconfigure(next.otlp, next.edgeExpiration);
        pipeline.reconfigure(next);
        current = next;
      },
      ...{ self: pipeline.self, log, clock: Date.now },
    });
    onReload(() => void reload());
    const noteHostName = createHostNameLog(log);
    const runCycle = () => {
      noteHostName(hostName());
      return pipeline.runCycle().finally(() => {
        cycles++;
      });
    };
    await watch(runCycle, { interval: () => current.interval, stop, health, log, self: pipeline.self });
    if (push) {
      await runLastCycle(pipeline, log);
      await push.finish();
    }
  } finally {
    await server?.close();
    close();
  }
  log.info('agent stopped');
}

interface WatchOptions {
  /** Milliseconds; it can change. */
  readonly interval: () => number;
  readonly stop: AbortSignal;
  readonly health: Health;
  readonly log: CountingLog;
  readonly self: SelfMetrics;
}

/** Runs collection cycles until `stop`. The first of several failures in a row is logged. */
async function watch(
  runCycle: () => Promise<Reading>,
  { interval, stop, health, log, self }: WatchOptions,
): Promise<void> {
  const warnOfHidden = createHiddenWarning(log);
  let failing = false;
  while (!stop.aborted) {
    const start = performance.now();
    try {
      warnOfHidden(await runCycle());
      failing = false;
      health.cycleEnded();
    } catch (error) {
      if (error instanceof FatalError) throw error;
      const reason = (error as Error).message;
      if (!failing) log.error('collection cycle failed', { reason });
      failing = true;
      health.cycleEnded(reason);
    }
    self.set('logLinesLost', log.lost);
    const delay = delayAfter(performance.now() - start, interval());
    await sleep(delay, undefined, { signal: stop }).catch(() => {});
  }
}

/** Observes what happened since the last cycle, for the last push. */
async function runLastCycle({ runCycle }: Pick<Pipeline, 'runCycle'>, log: CountingLog): Promise<void> {
  const timer = new AbortController();
  const late = sleep(LAST_CYCLE_GRACE, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`not finished within ${LAST_CYCLE_GRACE / 1000} s`);
  });
  try {
    await Promise.race([runCycle({ isLast: true }), late]);
  } catch (error) {
    log.error('last collection cycle failed', { reason: (error as Error).message });
  } finally {
    late.catch(() => {});
    timer.abort();
  }
}

/**
 * The delay (ms) after a collection cycle that took `took`, so that cycles start at every `interval`. A cycle blocks the
 * process, including scrapes: if cycles take longer than the interval, half of the time is left for them.
 */
export function delayAfter(took: number, interval: number): number {
  return Math.max(interval - took, took);
}

/** Names in any domain are accepted only where other hosts can connect: a name of a loopback address is local. */
function hostNames(listenHost: string, hostName: string, allowed: readonly string[] | 'all'): HostNames {
  if (allowed === 'all') return 'all';
  const names = [listenHost, hostName, hostname(), ...allowed];
  return { names, anyDomain: !/^(127\.|::1$|localhost$)/.test(listenHost) };
}

async function listenFor(
  listen: { host: string; port: number },
  source: MetricsSource,
  web: WebConfigSource | undefined,
): Promise<MetricsServer> {
  try {
    return await serveMetrics(listen, source, connectionBounds(readFileLimit()), web);
  } catch (cause) {
    const address = formatEndpoint(listen.host, listen.port);
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'address already in use' : message;
    throw new Error(`cannot listen on ${address} (--web.listen-address): ${reason}`, { cause });
  }
}
