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

/** What the API server of Kubernetes 1.30 answers when asked for names alone, cut to what matters. */
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
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: IncomingMessage[];

beforeAll(async () => {
  account = mkdtempSync(join(tmpdir(), 'musubi-account-'));
  writeFileSync(join(account, 'token'), 'secret\n');
  writeFileSync(join(account, 'ca.crt'), CERTIFICATE);
  server = createServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
    asked.push(request);
    answer(request, response);
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
  asked = [];
  answer = (_request, response) => response.end(JSON.stringify(PODS));
});

function here(list: PodList): PodList {
  return { ...list, port: (server.address() as AddressInfo).port, accountFolder: account };
}

async function ask(list: PodList, containers: readonly Container[], signal = AbortSignal.timeout(5000)) {
  const told: unknown[] = [];
  await createKubernetes(list).ask(containers, (container, name) => told.push([container, name]), signal);
  return told;
}

const apiServer = () => here(apiServerList('127.0.0.1', 443, 'node 1'));

it.each([
  ['the API server', apiServer, '/api/v1/pods?fieldSelector=spec.nodeName%3Dnode+1'],
  ['the kubelet', () => here(kubeletList()), '/pods'],
])('asks %s once for all pods of this node', async (_title, list, path) => {
  expect(await ask(list(), [API, GONE])).toEqual([
    [API, { service: 'shop/api', kind: 'kubernetes' }],
    [GONE, undefined],
  ]);
  expect(asked).toMatchObject([{ method: 'GET', url: path, headers: { authorization: 'Bearer secret' } }]);
});

describe('cannot be asked', () => {
  it.each([
    ['by a stranger', (response: ServerResponse) => response.writeHead(403).end('{}'), /denies access.*403/],
    ['while it has trouble', (response: ServerResponse) => response.writeHead(500).end('{}'), /status 500/],
    ['when it answers something else', (response: ServerResponse) => response.end('<html>'), /not JSON/],
    [
      'when it lists nothing',
      (response: ServerResponse) => response.end('{"items":{}}'),
      /not a list of pods/,
    ],
    ['when it hangs up', (response: ServerResponse) => response.destroy(), /hang up/],
  ])('%s', async (_title, react, reason) => {
    answer = (_request, response) => react(response);
    await expect(ask(apiServer(), [API])).rejects.toThrow(reason);
  });

  it('when it does not answer in time', async () => {
    const stop = new AbortController();
    answer = () => stop.abort();
    await expect(ask(apiServer(), [API], stop.signal)).rejects.toThrow('no answer in time');
  });

  it('when it stops in the middle', async () => {
    const stop = new AbortController();
    answer = (_request, response) => {
      response.write('{"items":[', () => stop.abort());
    };
    await expect(ask(apiServer(), [API], stop.signal)).rejects.toThrow('no answer in time');
  });

  it('without a token', async () => {
    await expect(ask({ ...apiServer(), accountFolder: '/nowhere' }, [API])).rejects.toThrow(/ENOENT.*token/);
    expect(asked).toEqual([]);
  });

  it('when another than the API server listens in its place, and gets no token', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'musubi-account-'));
    writeFileSync(join(folder, 'token'), 'secret');
    writeFileSync(join(folder, 'ca.crt'), '');
    try {
      await expect(ask({ ...apiServer(), accountFolder: folder }, [API])).rejects.toThrow(/certificate/);
      expect(asked).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
