import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CERTIFICATE, KEY } from '../../../../test/fixtures/certificate.ts';
import type { Container } from './cgroup.ts';
import { apiServerList, createKubernetes, kubeletList, type PodList } from './kubernetes.ts';

/** The response of the API server of Kubernetes 1.30 to a request for metadata only, abridged. */
const PODS = {
  kind: 'PartialObjectMetadataList',
  apiVersion: 'meta.k8s.io/v1',
  metadata: { resourceVersion: '81734' },
  items: [
    {
      metadata: {
        name: 'api-7d4b9c6f5d-x2x9z',
        namespace: 'shop',
        uid: '63b3ebfc-2890-11e9-8154-16bf8ef8d9dc',
        labels: { app: 'api', 'pod-template-hash': '7d4b9c6f5d' },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api-7d4b9c6f5d', controller: true },
        ],
      },
    },
  ],
};

const inPod = (podUid: string): Container => ({ runtime: 'containerd', containerId: 'a'.repeat(64), podUid });
const API = inPod('63b3ebfc-2890-11e9-8154-16bf8ef8d9dc');
const GONE = inPod('00000000-2890-11e9-8154-16bf8ef8d9dc');

let server: Server;
let account: string;
let respond: (request: IncomingMessage, response: ServerResponse) => void;
let requests: IncomingMessage[];

beforeAll(async () => {
  account = mkdtempSync(join(tmpdir(), 'musubi-account-'));
  writeFileSync(join(account, 'token'), 'secret\n');
  writeFileSync(join(account, 'ca.crt'), CERTIFICATE);
  server = createServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
    requests.push(request);
    respond(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(account, { recursive: true });
});

beforeEach(() => {
  requests = [];
  respond = (_request, response) => response.end(JSON.stringify(PODS));
});

function onTestServer(list: PodList): PodList {
  return { ...list, port: (server.address() as AddressInfo).port, accountFolder: account };
}

async function lookUp(list: PodList, containers: readonly Container[], signal = AbortSignal.timeout(5000)) {
  const names: unknown[] = [];
  await createKubernetes(list).lookUp(containers, (container, name) => names.push([container, name]), signal);
  return names;
}

const apiServer = () => onTestServer(apiServerList('127.0.0.1', 443, 'node 1'));

it.each([
  ['the API server', apiServer, '/api/v1/pods?fieldSelector=spec.nodeName%3Dnode+1'],
  ['the kubelet', () => onTestServer(kubeletList()), '/pods'],
])('queries %s once for all pods of this node', async (_title, list, path) => {
  expect(await lookUp(list(), [API, GONE])).toEqual([
    [API, { service: 'shop/api', kind: 'kubernetes' }],
    [GONE, undefined],
  ]);
  expect(requests).toMatchObject([{ method: 'GET', url: path, headers: { authorization: 'Bearer secret' } }]);
});

describe('rejects', () => {
  it.each([
    [
      'when access is denied',
      (response: ServerResponse) => response.writeHead(403).end('{}'),
      /access denied.*403/,
    ],
    ['when the server fails', (response: ServerResponse) => response.writeHead(500).end('{}'), /status 500/],
    ['when the response is not JSON', (response: ServerResponse) => response.end('<html>'), /not JSON/],
    [
      'when the response is not a list',
      (response: ServerResponse) => response.end('{"items":{}}'),
      /not a list of pods/,
    ],
    ['when the server closes the connection', (response: ServerResponse) => response.destroy(), /hang up/],
  ])('%s', async (_title, react, reason) => {
    respond = (_request, response) => react(response);
    await expect(lookUp(apiServer(), [API])).rejects.toThrow(reason);
  });

  it('when there is no response in time', async () => {
    const stop = new AbortController();
    respond = () => stop.abort();
    await expect(lookUp(apiServer(), [API], stop.signal)).rejects.toThrow('no response in time');
  });

  it('when the response stops in the middle', async () => {
    const stop = new AbortController();
    respond = (_request, response) => {
      response.write('{"items":[', () => stop.abort());
    };
    await expect(lookUp(apiServer(), [API], stop.signal)).rejects.toThrow('no response in time');
  });

  it('when there is no token', async () => {
    await expect(lookUp({ ...apiServer(), accountFolder: '/nowhere' }, [API])).rejects.toThrow(
      /ENOENT.*token/,
    );
    expect(requests).toEqual([]);
  });

  it('when the certificate is not the API server’s, and sends no token', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'musubi-account-'));
    writeFileSync(join(folder, 'token'), 'secret');
    writeFileSync(join(folder, 'ca.crt'), '');
    try {
      await expect(lookUp({ ...apiServer(), accountFolder: folder }, [API])).rejects.toThrow(/certificate/);
      expect(requests).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
