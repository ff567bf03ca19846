import type { Libbpf } from '../../native/libbpf.ts';
import type { ProcessFiles } from '../../proc/process.ts';
import type { KernelMaps } from './kernel-maps.ts';
import { CGROUP_PATH, PROCESS } from './kernel-structs.ts';
import { cgroupIdOf, decodeCgroupPath, decodeProcess, encodeProcessKey } from './layout.ts';

/** More than a host uses. The path of a cgroup never changes. */
const MAX_CACHED_CGROUPS = 1024;

/** Looks up processes that the kernel program has recorded, which may have exited since. */
export function createProcessLookup(libbpf: Libbpf, maps: Pick<KernelMaps, 'processes' | 'cgroups'>) {
  const cgroups = new Map<string, Buffer>();

  function cgroupPathOf(id: Buffer): Buffer | undefined {
    const name = id.toString('hex');
    const known = cgroups.get(name);
    if (known) return known;
    const value = Buffer.alloc(CGROUP_PATH.sizeof);
    const path = libbpf.lookup(maps.cgroups, id, value) ? decodeCgroupPath(value) : undefined;
    if (!path) return undefined;
    if (cgroups.size >= MAX_CACHED_CGROUPS) cgroups.clear();
    cgroups.set(name, path);
    return path;
  }

  return (pid: number, image: number | undefined): ProcessFiles | undefined => {
    if (image === undefined) return undefined;
    const value = Buffer.alloc(PROCESS.sizeof);
    if (!libbpf.lookup(maps.processes, encodeProcessKey(pid, image), value)) return undefined;
    const cgroup = cgroupPathOf(cgroupIdOf(value));
    return { ...decodeProcess(value), ...(cgroup && { cgroup }) };
  };
}
