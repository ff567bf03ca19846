import type { Capture } from '../capture/capture.ts';
import type { HOST_OPTIONS } from '../config/agent-options.ts';
import type { OptionValues } from '../config/option.ts';
import type { Environment } from '../config/resolve-options.ts';
import { createWorkloads } from '../identify/container/cgroup-workloads.ts';
import type { Log } from '../log.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from '../pipeline.ts';
import { openDns } from '../resolve/dns/open-dns.ts';
import { followNat } from './follow-nat.ts';

/** What a command sets itself, beside the options of all that look at this host. */
type Own = Pick<PipelineOptions, 'host' | 'forgetAfter' | 'maxServices' | 'maxEdges'>;

/**
 * The pipeline of this host, with all that it asks and listens to as the settings want it. `close` ends that, and the
 * capture.
 */
export function openPipeline(
  capture: Capture,
  settings: OptionValues<typeof HOST_OPTIONS>,
  own: Own,
  { env, log }: { readonly env: Environment; readonly log: Log },
): { readonly pipeline: Pipeline; close(): void } {
  const procRoot = settings['proc-root'];
  const uptime = () => performance.now();
  const dns = openDns({ ...settings, procRoot, uptime }, ({ what, remedy }) =>
    log.warn('cannot listen to name servers', { reason: what, remedy }),
  );
  const conntrack = followNat(settings.nat, procRoot, log);
  const pipeline = createPipeline({
    ...own,
    capture,
    conntrack,
    procRoot,
    site: settings.site,
    rules: settings.rules,
    networks: settings.networks,
    internet: settings.internet,
    workloads: createWorkloads({
      engine: settings['container-engine'],
      kubernetes: settings.kubernetes,
      env,
      log,
    }),
    dns,
    clock: Date.now,
    uptime,
  });
  return {
    pipeline,
    close() {
      dns.close();
      conntrack?.close();
      capture.close();
    },
  };
}
