import { expect, it } from 'vitest';
import { chooseSources, type SourceOptions } from './choose-sources.ts';

const IN_CLUSTER = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
const DOCKER = 'Docker at /var/run/docker.sock';
const PODMAN = 'Podman at /run/podman/podman.sock';

it.each<[string, Partial<SourceOptions>, string[]]>([
  ['the usual container engines', {}, [DOCKER, PODMAN]],
  [
    'another container engine',
    { engine: '/run/user/1000/podman/podman.sock' },
    ['the container engine at /run/user/1000/podman/podman.sock'],
  ],
  [
    'the API server',
    { env: { ...IN_CLUSTER, NODE_NAME: 'n' } },
    [DOCKER, PODMAN, 'the Kubernetes API at 10.96.0.1:443'],
  ],
  ['no API server without the name of the node', { env: IN_CLUSTER }, [DOCKER, PODMAN]],
  [
    'no API server if disabled',
    { kubernetes: 'none', env: { ...IN_CLUSTER, NODE_NAME: 'n' } },
    [DOCKER, PODMAN],
  ],
  [
    'a container engine by its URL',
    { engine: 'unix:///run/docker.sock' },
    ['the container engine at /run/docker.sock'],
  ],
  ['nothing', { engine: 'none' }, []],
  ['the kubelet', { kubernetes: 'kubelet' }, [DOCKER, PODMAN, 'the kubelet']],
])('queries %s', (_title, options, titles) => {
  const sources = chooseSources({ kubernetes: 'auto', env: {}, ...options });
  expect(sources.map(({ title }) => title)).toEqual(titles);
});
