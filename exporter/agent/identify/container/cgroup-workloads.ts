import type { Log } from '../../log.ts';
import type { WorkloadOf } from '../workload.ts';
import { type Container, parseCgroup } from './cgroup.ts';
import { chooseSources, type SourceOptions } from './choose-sources.ts';
import { type ContainerNamer, createContainerNamer } from './container-namer.ts';

/** What containers and pods are called, by the cgroups of their processes. */
export interface CgroupWorkloads {
  /** By the text of `/proc/PID/cgroup`: undefined for what is in no container, or has no name until `refresh`. */
  readonly of: WorkloadOf;
  /** See `ContainerNamer.refresh`. */
  refresh(): Promise<boolean>;
}

/** Names containers by those who can be asked on this host. */
export function createWorkloads(options: SourceOptions & { log: Pick<Log, 'warn'> }): CgroupWorkloads {
  const sources = chooseSources(options);
  const uptime = () => performance.now();
  return createCgroupWorkloads(createContainerNamer({ sources, log: options.log, uptime }));
}

/** More than a host has cgroups. */
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
      const name = container && namer.name(container);
      return name === 'pending' ? undefined : name;
    },
    refresh: () => namer.refresh(),
  };
}
