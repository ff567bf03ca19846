import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podName, podUids } from './pod-name.ts';

function pod(name: string, metadata: object = {}, spec: object = {}) {
  return { metadata: { name, namespace: 'shop', uid: 'u-1', ...metadata }, spec };
}

function ownedBy(kind: string, name: string, labels: object = {}) {
  return {
    labels,
    ownerReferences: [
      { kind: 'Other', name: 'x' },
      { kind, name, controller: true },
    ],
  };
}

const STATIC = {
  annotations: { 'kubernetes.io/config.hash': 'c0ffee', 'kubernetes.io/config.source': 'file' },
};

describe('a pod is named after its controller', () => {
  it.each([
    [
      'a Deployment',
      pod(
        'api-7d4b9c6f5d-x2x9z',
        ownedBy('ReplicaSet', 'api-7d4b9c6f5d', { 'pod-template-hash': '7d4b9c6f5d' }),
      ),
      'shop/api',
    ],
    [
      'a Deployment whose name ends like a hash',
      pod(
        'api-v2-7d4b9c6f5d-x',
        ownedBy('ReplicaSet', 'api-v2-7d4b9c6f5d', { 'pod-template-hash': '7d4b9c6f5d' }),
      ),
      'shop/api-v2',
    ],
    [
      'a Rollout of Argo',
      pod('web-6b', ownedBy('ReplicaSet', 'web-6bcd', { 'rollouts-pod-template-hash': '6bcd' })),
      'shop/web',
    ],
    [
      'a ReplicaSet by itself',
      pod('cache-x2x9z', ownedBy('ReplicaSet', 'cache-7d4b9c6f5d')),
      'shop/cache-7d4b9c6f5d',
    ],
    ['a StatefulSet', pod('postgres-0', ownedBy('StatefulSet', 'postgres')), 'shop/postgres'],
    ['a DaemonSet', pod('node-exporter-abcde', ownedBy('DaemonSet', 'node-exporter')), 'shop/node-exporter'],
    ['a CronJob', pod('report-29384760-abcde', ownedBy('Job', 'report-29384760')), 'shop/report'],
    ['an old CronJob', pod('report-1617235200-abcde', ownedBy('Job', 'report-1617235200')), 'shop/report'],
    ['a Job', pod('migrate-42-abcde', ownedBy('Job', 'migrate-42')), 'shop/migrate-42'],
    ['a controller of another kind', pod('kafka-0', ownedBy('StrimziPodSet', 'kafka')), 'shop/kafka'],
    ['nothing', pod('debug'), 'shop/debug'],
    ['the kubelet, in the kubelet’s list', pod('etcd-node-1', STATIC, { nodeName: 'node-1' }), 'shop/etcd'],
    [
      'the kubelet, in the API server’s list',
      pod('etcd-node-1', { ...STATIC, ...ownedBy('Node', 'node-1') }),
      'shop/etcd',
    ],
    ['an owner that is not an object', pod('debug', { ownerReferences: ['x'] }), 'shop/debug'],
    [
      'an owner that does not control it',
      pod('a', { ownerReferences: [{ kind: 'Set', name: 's' }] }),
      'shop/s',
    ],
  ])('%s', (_title, given, name) => {
    expect(podName(given)).toBe(name);
  });
});

it('identifies a static pod by the hash of its file', () => {
  expect(podUids(pod('etcd-node-1', STATIC))).toEqual(['u-1', 'c0ffee']);
  expect(podUids(pod('api'))).toEqual(['u-1']);
});

it('accepts any response', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (metadata, references) => {
      const made = podName({ metadata: { name: 'a', namespace: 'b', ownerReferences: references } });
      expect(made).toMatch(/^b\/./s);
      expect(() => [podName({ metadata }), podName(metadata), podUids(metadata)]).not.toThrow();
    }),
  );
});
