import { getJson } from '../../http/get-json.ts';
import { field, textField } from '../../http/json-fields.ts';
import type { Workload } from '../workload.ts';
import type { Container, Runtime } from './cgroup.ts';
import type { NameSource } from './name-source.ts';

export interface EngineOptions {
  readonly title: string;
  readonly socketPath: string;
  /** The runtimes whose containers it may know; absent for any. */
  readonly runtimes?: readonly Runtime[];
}

/** A container's description has about 5 kB; its environment can make it longer. */
const MAX_BYTES = 1 << 20;
/** How many are asked for at a time. */
const LANES = 8;

/** An engine with Docker's API on a Unix socket: Docker itself, or Podman. It is only read. */
export function createEngine({ title, socketPath, runtimes }: EngineOptions): NameSource {
  async function describe(container: Container, signal: AbortSignal): Promise<Workload | undefined> {
    const path = `/containers/${container.containerId}/json`;
    const headers = { host: 'localhost' };
    const limits = { maxBytes: MAX_BYTES, signal };
    const { status, body } = await getJson({ protocol: 'http:', socketPath, path, headers }, limits);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`it answers with status ${status}`);
    if (textField(body, 'Id') !== container.containerId) throw new Error('the answer is not of a container');
    return describeContainer(body, container.containerId);
  }

  return {
    title: `${title} at ${socketPath}`,
    isFor: ({ runtime, podUid }) => podUid === undefined && (!runtimes || runtimes.includes(runtime)),
    async ask(containers, tell, signal) {
      const queue = containers.values();
      const lane = async () => {
        for (const container of queue) tell(container, await describe(container, signal));
      };
      await Promise.all(Array.from({ length: LANES }, lane));
    },
  };
}

/**
 * Labels of those who number their containers, or name each anew: of the group, since every project may have a `db`,
 * and of the service.
 */
const ORCHESTRATORS = [
  ['com.docker.compose.project', 'com.docker.compose.service'],
  ['com.docker.swarm.service.name'],
  ['com.amazonaws.ecs.task-definition-family', 'com.amazonaws.ecs.container-name'],
];

/**
 * What operators call it: the service of Compose, Swarm or ECS; else the container's own name; else that of its image
 * with an id to tell it from others of that image.
 */
export function describeContainer(description: unknown, containerId: string): Workload | undefined {
  const config = field(description, 'Config');
  const container = textField(description, 'Name')?.replace(/^\//, '');
  const image = imageName(textField(config, 'Image') ?? '');
  const service =
    labelledName(field(config, 'Labels')) || container || (image && `${image}-${shortId(containerId)}`);
  return service ? { service, kind: 'container', ...(container && { container }) } : undefined;
}

/** `shop/api`, as a pod goes by its namespace and workload. */
function labelledName(labels: unknown): string | undefined {
  const names = ORCHESTRATORS.map((keys) => keys.map((key) => textField(labels, key)));
  return names
    .find((parts) => parts.at(-1))
    ?.filter(Boolean)
    .join('/');
}

/** The id as engines show it in their lists. */
function shortId(containerId: string): string {
  return containerId.slice(0, 12);
}

/** `registry:5000/shop/api:1.2@sha256:…` → `api`; '' for an image that has only a digest. */
function imageName(reference: string): string {
  const [name = ''] = reference.split('@');
  const last = name.slice(name.lastIndexOf('/') + 1);
  return last.startsWith('sha256:') ? '' : last.replace(/:.*$/, '');
}
