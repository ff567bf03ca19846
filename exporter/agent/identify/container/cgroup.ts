export type Runtime = 'docker' | 'containerd' | 'cri-o' | 'podman' | 'unknown';

/** The container in which a process runs. */
export interface Container {
  readonly runtime: Runtime;
  /** 64 hexadecimal digits. */
  readonly containerId: string;
  /** Its Kubernetes pod. */
  readonly podUid?: string;
}

const RUNTIMES: Readonly<Record<string, Runtime>> = {
  docker: 'docker',
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  libpod: 'podman',
};

/** `ID`, `docker-ID.scope`, or the `SLICE:cri-containerd:ID` of an engine configured with the wrong cgroup driver. */
const CONTAINER =
  /^(?:[^:]*:)?(?:(docker|cri-containerd|nerdctl|crio|libpod)[-:])?([0-9a-f]{64})(?:\.scope)?$/;
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
  let container: Container | undefined;
  let podUid: string | undefined;
  let parent = '';
  for (const part of path.split('/')) {
    podUid = POD.exec(part)?.[1]?.replaceAll('_', '-') ?? podUid;
    const [, prefix, containerId] = CONTAINER.exec(part) ?? [];
    if (containerId) {
      const runtime = RUNTIMES[prefix ?? parent] ?? 'unknown';
      container = { runtime, containerId, ...(podUid && { podUid }) };
    }
    parent = part;
  }
  return container;
}
