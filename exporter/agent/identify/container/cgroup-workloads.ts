import type { Log } from '../../log.ts';
import type { WorkloadOf } from '../workload.ts';
import { type Container, parseCgroup } from './cgroup.ts';
import { chooseSources, type SourceOptions } from './choose-sources.ts';
import { type ContainerNamer, createContainerNamer } from './container-namer.ts';

/** Names of containers and pods, by the cgroups of their processes. */
export interface CgroupWorkloads {
  /** By the text of `/proc/PID/cgroup`; undefined outside of containers, or if the name is unknown until `refresh`. */
  readonly of: WorkloadOf;
  /** See `ContainerNamer.refresh`. */
  refresh(): Promise<boolean>;
}

/** Names containers by the engines and servers that are available on this host. */
export function createWorkloads(options: SourceOptions & { log: Pick<Log, 'warn'> }): CgroupWorkloads {
  const sources = chooseSources(options);
  const uptime = () => performance.now();
  return createCgroupWorkloads(createContainerNamer({ sources, log: options.log, uptime }));
}

/** More than the number of cgroups on a host. */
const MAX_KNOWN = 8192;

export function createCgroupWorkloads(namer: ContainerNamer): CgroupWorkloads {
  const containers = new Map<string, Container | undefined>();

  function containerOf(cgroup: string): Container | undefined {
    if (!containers.has(cgroup)) {
      if (containers.size >= MAX_KNOWN) containers.clear();
      containers.set(cgroup, parseCgroup(cgroup));
    }
    return containers.get(cgroup);
  }

  return {
    of(cgroup) {
      const container = containerOf(cgroup);
      const name = container && !container.isInMachine && namer.name(container);
      return !name || name === 'pending' ? undefined : name;
    },
    refresh: () => namer.refresh(),
  };
}
