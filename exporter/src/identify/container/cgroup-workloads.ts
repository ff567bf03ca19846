import { type Container, parseCgroup } from './cgroup.ts';
import type { ContainerNamer } from './container-namer.ts';
import type { ContainerName } from './name-source.ts';

/** What containers and pods are called, by the cgroups of their processes. */
export interface CgroupWorkloads {
  /** By the text of `/proc/PID/cgroup`: undefined for what is in no container, or has no name until `refresh`. */
  of(cgroup: string): ContainerName | undefined;
  /** See `ContainerNamer.refresh`. */
  refresh(): Promise<boolean>;
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
