import type { Capture } from './capture/capture.ts';
import { followNat } from './follow-nat.ts';
import { createWorkloads } from './identify/container/cgroup-workloads.ts';
import type { Log } from './log.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from './pipeline.ts';
import { openDns } from './resolve/dns/open-dns.ts';
import type { HostSettings } from './settings.ts';

/** What the caller decides besides the settings of the host. */
type PipelineLimits = Pick<PipelineOptions, 'host' | 'edgeExpiration' | 'maxServices' | 'maxEdges'>;

/** Opens the pipeline of this host and all its inputs. `close` closes them, including the capture. */
export function openPipeline(
  capture: Capture,
  settings: HostSettings,
  limits: PipelineLimits,
  { env, log }: { readonly env: NodeJS.ProcessEnv; readonly log: Log },
): { readonly pipeline: Pipeline; close(): void } {
  const { procRoot, site, rules, networks, internet, containerEngine, kubernetes } = settings;
  const uptime = () => performance.now();
  const dns = openDns({ ...settings, uptime }, ({ what, remedy }) =>
    log.warn('cannot read DNS responses', { reason: what, remedy }),
  );
  const conntrack = followNat(settings.nat, procRoot, log);
  const workloads = createWorkloads({ engine: containerEngine, kubernetes, env, log });
  const pipeline = createPipeline({
    ...limits,
    ...{ capture, conntrack, procRoot, site, rules, networks, internet, workloads, dns, uptime },
    clock: Date.now,
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
