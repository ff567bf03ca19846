import { containerAt } from './container-id.ts';
import { splitMachine } from './machine.ts';

export type Runtime = 'docker' | 'containerd' | 'cri-o' | 'podman' | 'unknown';

/** The container in which a process runs. */
export interface Container {
  readonly runtime: Runtime;
  /** 64 hexadecimal digits. */
  readonly containerId: string;
  /** Its Kubernetes pod. */
  readonly podUid?: string;
  /** It runs within a machine, by an engine of that machine, which this host cannot query. */
  readonly isInMachine?: true;
}

const RUNTIMES: Readonly<Record<string, Runtime>> = {
  docker: 'docker',
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  libpod: 'podman',
};

/** `podUID`, or `kubepods-burstable-podUID.slice` with `_` for `-`. The UID of a static pod is a hash. */
const POD = /(?:^|-)pod([0-9a-f]{32}|[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})(?:\.slice)?(?::|$)/;

/** The container of a process by its `/proc/PID/cgroup`; undefined outside of containers. */
export function parseCgroup(text: string): Container | undefined {
  for (const line of text.split('\n')) {
    // hierarchy:controllers:path (cgroups(7)); a path can contain colons.
    const [, path] = /^\d+:[^:]*:(.*)$/.exec(line) ?? [];
    const container = path && containerOf(path.replace(/ \(deleted\)$/, ''));
    if (container) return container;
  }
  return undefined;
}

/** The innermost container, as engines can run in containers themselves, and the innermost pod around it. */
function containerOf(path: string): Container | undefined {
  const { machine, parts: inside } = splitMachine(path);
  const isInMachine = machine !== undefined && inside.some(containerAt);
  let container: Container | undefined;
  let podUid: string | undefined;
  let parent = '';
  for (const part of path.split('/')) {
    podUid = POD.exec(part)?.[1]?.replaceAll('_', '-') ?? podUid;
    const found = containerAt(part);
    if (found) {
      const runtime = RUNTIMES[found.prefix ?? parent] ?? 'unknown';
      container = {
        runtime,
        containerId: found.id,
        ...(podUid && { podUid }),
        ...(isInMachine && { isInMachine }),
      };
    }
    parent = part;
  }
  return container;
}
