import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getJson } from '../../http/get-json.ts';
import { field } from '../../http/json-fields.ts';
import { formatEndpoint } from '../../net/address.ts';
import type { NameSource } from './name-source.ts';
import { podName, podUids } from './pod-name.ts';

/** Where this node's pods are listed. */
export interface PodList {
  readonly title: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** The folder of the service account: `token`, and `ca.crt` of the API server. */
  readonly accountFolder: string;
  /** Whether the server must have a certificate of the cluster's. */
  readonly verified: boolean;
}

/** Where Kubernetes mounts the service account of a pod. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
/** A node runs some 100 pods; one may have 100 kB, most have 10. */
const MAX_BYTES = 32 << 20;
/** Names alone where the server can: a tenth of the bytes. The kubelet sends whole pods. */
const NAMES_ALONE = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** The API server, asked for the pods of one node: `pods: list` is all it takes. */
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
 * The kubelet of this node (`nodes/proxy: get`). Its certificate is one it has signed itself on most clusters, so
 * that it is not checked: what listens there on the loopback address gets the token.
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

/** Names pods by what has made them, from a list of this node's pods. It is only read. */
export function createKubernetes(list: PodList): NameSource {
  async function readPods(signal: AbortSignal): Promise<readonly unknown[]> {
    // Read each time: Kubernetes exchanges the token every hour.
    const token = (await readFile(join(list.accountFolder, 'token'), 'utf8')).trim();
    const { host, port, path } = list;
    const { status, body } = await getJson(
      {
        protocol: 'https:',
        host,
        port,
        path,
        headers: { accept: NAMES_ALONE, authorization: `Bearer ${token}` },
        ...(list.verified
          ? { ca: await readFile(join(list.accountFolder, 'ca.crt')) }
          : { rejectUnauthorized: false }),
      },
      { maxBytes: MAX_BYTES, signal },
    );
    if (status === 401 || status === 403) throw new Error(`it denies access (status ${status})`);
    if (status !== 200) throw new Error(`it answers with status ${status}`);
    const items = field(body, 'items');
    if (!Array.isArray(items)) throw new Error('the answer is not a list of pods');
    return items;
  }

  return {
    title: list.title,
    isFor: ({ podUid }) => podUid !== undefined,
    async ask(containers, tell, signal) {
      const pods = await readPods(signal);
      const names = new Map(pods.flatMap((pod) => podUids(pod).map((uid) => [uid, podName(pod)])));
      for (const container of containers) {
        const service = names.get(container.podUid ?? '');
        tell(container, service === undefined ? undefined : { service, kind: 'kubernetes' });
      }
    },
  };
}
