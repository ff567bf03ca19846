import { createEngine } from './engine.ts';
import { apiServerList, createKubernetes, kubeletList } from './kubernetes.ts';
import type { NameSource } from './name-source.ts';

export interface SourceOptions {
  /** The socket of an engine, also as `unix:///PATH`, or `none`; absent for the sockets of Docker and Podman. */
  readonly engine?: string | undefined;
  readonly kubernetes: 'auto' | 'kubelet' | 'none';
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The sources of container names on this host. */
export function chooseSources({ engine, kubernetes, env }: SourceOptions): NameSource[] {
  const list = kubernetes === 'kubelet' ? kubeletList() : kubernetes === 'auto' ? inCluster(env) : undefined;
  return [...engines(engine), ...(list ? [createKubernetes(list)] : [])];
}

function engines(given: string | undefined): NameSource[] {
  if (given === 'none') return [];
  if (given !== undefined)
    return [createEngine({ title: 'the container engine', socketPath: given.replace(/^unix:\/\//, '') })];
  return [
    // A cgroup path without a runtime is usually Docker's.
    createEngine({ title: 'Docker', socketPath: '/var/run/docker.sock', runtimes: ['docker', 'unknown'] }),
    createEngine({ title: 'Podman', socketPath: '/run/podman/podman.sock', runtimes: ['podman'] }),
  ];
}

/** The API server, for an agent that runs as a pod with the name of its node in its environment. */
function inCluster(env: SourceOptions['env']) {
  const host = env.KUBERNETES_SERVICE_HOST;
  const node = env.MUSUBI_NODE_NAME ?? env.NODE_NAME;
  return host && node ? apiServerList(host, Number(env.KUBERNETES_SERVICE_PORT ?? 443), node) : undefined;
}
