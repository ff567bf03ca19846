import { expect, it } from 'vitest';
import { chooseSources, type SourceOptions } from './choose-sources.ts';

const IN_CLUSTER = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
const DOCKER = 'Docker at /var/run/docker.sock';
const PODMAN = 'Podman at /run/podman/podman.sock';

it.each<[string, Partial<SourceOptions>, string[]]>([
  ['the usual engines', {}, [DOCKER, PODMAN]],
  [
    'another engine',
    { engine: '/run/user/1000/podman/podman.sock' },
    ['the engine at /run/user/1000/podman/podman.sock'],
  ],
  [
    'the API server',
    { env: { ...IN_CLUSTER, NODE_NAME: 'n' } },
    [DOCKER, PODMAN, 'the Kubernetes API at 10.96.0.1:443'],
  ],
  ['no API server of which it knows no node', { env: IN_CLUSTER }, [DOCKER, PODMAN]],
  [
    'no API server unless wanted',
    { kubernetes: 'none', env: { ...IN_CLUSTER, NODE_NAME: 'n' } },
    [DOCKER, PODMAN],
  ],
  ['an engine by its URL', { engine: 'unix:///run/docker.sock' }, ['the engine at /run/docker.sock']],
  ['nobody', { engine: 'none' }, []],
  ['the kubelet', { kubernetes: 'kubelet' }, [DOCKER, PODMAN, 'the kubelet']],
])('asks %s', (_title, options, titles) => {
  const sources = chooseSources({ kubernetes: 'auto', env: {}, ...options });
  expect(sources.map(({ title }) => title)).toEqual(titles);
});
