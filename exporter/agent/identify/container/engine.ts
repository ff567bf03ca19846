import { getJson } from '../../http/get-json.ts';
import { field, textField } from '../../http/json-fields.ts';
import type { Workload } from '../workload.ts';
import type { Container, Runtime } from './cgroup.ts';
import type { NameSource } from './name-source.ts';

export interface EngineOptions {
  readonly title: string;
  readonly socketPath: string;
  /** The runtimes whose containers it might know; absent for all. */
  readonly runtimes?: readonly Runtime[];
}

/** The description of a container has about 5 kB; its environment can make it longer. */
const MAX_BYTES = 1 << 20;
const CONCURRENT_REQUESTS = 8;

/** A container engine with Docker's API on a Unix socket: Docker itself, or Podman. Only read. */
export function createEngine({ title, socketPath, runtimes }: EngineOptions): NameSource {
  async function describe(container: Container, signal: AbortSignal): Promise<Workload | undefined> {
    const path = `/containers/${container.containerId}/json`;
    const headers = { host: 'localhost' };
    const limits = { maxBytes: MAX_BYTES, signal };
    const { status, body } = await getJson({ protocol: 'http:', socketPath, path, headers }, limits);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`unexpected HTTP status ${status}`);
    if (textField(body, 'Id') !== container.containerId)
      throw new Error('unexpected response: not a description of the container');
    return describeContainer(body, container.containerId);
  }

  return {
    title: `${title} at ${socketPath}`,
    isFor: ({ runtime, podUid }) => podUid === undefined && (!runtimes || runtimes.includes(runtime)),
    async lookUp(containers, onName, signal) {
      const queue = containers.values();
      const worker = async () => {
        for (const container of queue) onName(container, await describe(container, signal));
      };
      await Promise.all(Array.from({ length: CONCURRENT_REQUESTS }, worker));
    },
  };
}

/**
 * Labels of orchestrators that give each container a numbered or new name: the label of the group, since every project
 * can have a `db`, and that of the service.
 */
const ORCHESTRATORS = [
  ['com.docker.compose.project', 'com.docker.compose.service'],
  ['com.docker.swarm.service.name'],
  ['com.amazonaws.ecs.task-definition-family', 'com.amazonaws.ecs.container-name'],
];

/**
 * The name that operators use: the service of Compose, Swarm or ECS; else the container's own name; else that of its
 * image with an id to distinguish it from others of that image.
 */
export function describeContainer(description: unknown, containerId: string): Workload | undefined {
  const config = field(description, 'Config');
  const container = textField(description, 'Name')?.replace(/^\//, '');
  const image = imageName(textField(config, 'Image') ?? '');
  const service =
    labelledName(field(config, 'Labels')) || container || (image && `${image}-${shortId(containerId)}`);
  return service ? { service, kind: 'container', ...(container && { container }) } : undefined;
}

/** `shop/api`, as in the namespace and workload of a pod. */
function labelledName(labels: unknown): string | undefined {
  const names = ORCHESTRATORS.map((keys) => keys.map((key) => textField(labels, key)));
  return names
    .find((parts) => parts.at(-1))
    ?.filter(Boolean)
    .join('/');
}

/** The short id that engines show in lists. */
function shortId(containerId: string): string {
  return containerId.slice(0, 12);
}

/** `registry:5000/shop/api:1.2@sha256:…` → `api`; '' for an image that has only a digest. */
function imageName(reference: string): string {
  const [name = ''] = reference.split('@');
  const last = name.slice(name.lastIndexOf('/') + 1);
  return last.startsWith('sha256:') ? '' : last.replace(/:.*$/, '');
}
