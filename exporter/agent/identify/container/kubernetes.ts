import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getJson } from '../../http/get-json.ts';
import { field } from '../../http/json-fields.ts';
import { formatEndpoint } from '../../net/address.ts';
import type { NameSource } from './name-source.ts';
import { podName, podUids } from './pod-name.ts';

/** A server that lists the pods of this node. */
export interface PodList {
  readonly title: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** The folder of the service account, with `token`, and `ca.crt` for the API server. */
  readonly accountFolder: string;
  /** Whether the server's certificate must be signed by the cluster's CA. */
  readonly verified: boolean;
}

/** The mount point of the service account in a pod. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
/** A node runs about 100 pods of 10 kB, some of them up to 100 kB. */
const MAX_BYTES = 32 << 20;
/** Only metadata where the server supports it: a tenth of the bytes. The kubelet sends whole pods. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** The API server, for the pods of one node. It needs the permission `pods: list`. */
export function apiServerList(host: string, port: number, node: string): PodList {
  const query = new URLSearchParams({ fieldSelector: `spec.nodeName=${node}` });
  return {
    title: `the Kubernetes API at ${formatEndpoint(host, port)}`,
    host,
    port,
    path: `/api/v1/pods?${query}`,
    accountFolder: ACCOUNT_FOLDER,
    verified: true,
  };
}

/**
 * The kubelet of this node. It needs the permission `nodes/proxy: get`. Its certificate is self-signed on most clusters
 * and not verified: any process that listens on this port of the loopback address gets the token.
 */
export function kubeletList(): PodList {
  return {
    title: 'the kubelet',
    host: '127.0.0.1',
    port: 10250,
    path: '/pods',
    accountFolder: ACCOUNT_FOLDER,
    verified: false,
  };
}

/** Names pods by their controllers, from a list of this node's pods. Only read. */
export function createKubernetes(list: PodList): NameSource {
  async function readPods(signal: AbortSignal): Promise<readonly unknown[]> {
    // Read each time: Kubernetes replaces the token every hour.
    const token = (await readFile(join(list.accountFolder, 'token'), 'utf8')).trim();
    const { host, port, path } = list;
    const { status, body } = await getJson(
      {
        protocol: 'https:',
        host,
        port,
        path,
        headers: { accept: METADATA_ONLY, authorization: `Bearer ${token}` },
        ...(list.verified
          ? { ca: await readFile(join(list.accountFolder, 'ca.crt')) }
          : { rejectUnauthorized: false }),
      },
      { maxBytes: MAX_BYTES, signal },
    );
    if (status === 401 || status === 403) throw new Error(`access denied (HTTP status ${status})`);
    if (status !== 200) throw new Error(`unexpected HTTP status ${status}`);
    const items = field(body, 'items');
    if (!Array.isArray(items)) throw new Error('unexpected response: not a list of pods');
    return items;
  }

  return {
    title: list.title,
    isFor: ({ podUid }) => podUid !== undefined,
    async lookUp(containers, onName, signal) {
      const pods = await readPods(signal);
      const names = new Map(pods.flatMap((pod) => podUids(pod).map((uid) => [uid, podName(pod)])));
      for (const container of containers) {
        const service = names.get(container.podUid ?? '');
        onName(container, service === undefined ? undefined : { service, kind: 'kubernetes' });
      }
    },
  };
}
