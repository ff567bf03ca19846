import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type MethodDefinition, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSelfMetrics } from '../self-metrics.ts';
import { toBatches } from './resource-metrics.ts';
import { createOtlpSender, type Sender, signalUrl } from './sender.ts';

const [batch] = toBatches(createSelfMetrics(() => 0).families(), { 'service.name': 'musubi' }, 1000);
let sender: Sender | undefined;

/** Sends one batch to the endpoint. */
async function deliver(protocol: 'grpc' | 'http/protobuf', endpoint: string | undefined) {
  sender = await createOtlpSender(protocol, endpoint);
  if (!batch) throw new Error('no batch');
  return sender.send(batch);
}

beforeEach(() => {
  // The exporters retry on their own until their timeout.
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '300');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await sender?.close();
  sender = undefined;
});

describe('over HTTP', () => {
  let server: HttpServer;
  let code: number;
  let requests: { path: string; type: string; body: Buffer }[];
  const endpoint = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  beforeEach(async () => {
    code = 200;
    requests = [];
    server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const type = request.headers['content-type'] ?? '';
      requests.push({ path: request.url ?? '', type, body: Buffer.concat(parts) });
      if (code !== 0) response.writeHead(code, { 'content-type': 'application/x-protobuf' }).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
  });

  it('delivers protobuf to the metrics path', async () => {
    expect(await deliver('http/protobuf', endpoint())).toEqual({ state: 'delivered' });
    expect(requests).toMatchObject([{ path: '/v1/metrics', type: 'application/x-protobuf' }]);
    expect(requests[0]?.body.includes('musubi.otlp.batches.failed')).toBe(true);
  });

  it('uses endpoint and compression of the standard variables by default', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint());
    vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip');
    expect(await deliver('http/protobuf', undefined)).toEqual({ state: 'delivered' });
    expect(gunzipSync(requests[0]?.body ?? '').includes('musubi.otlp.batches.failed')).toBe(true);
  });

  it('prefers the given endpoint to the variables', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:1');
    expect(await deliver('http/protobuf', endpoint())).toEqual({ state: 'delivered' });
  });

  it.each([400, 401, 404, 413, 500])('treats status %i as rejected', async (status) => {
    code = status;
    expect(await deliver('http/protobuf', endpoint())).toMatchObject({ state: 'rejected' });
  });

  it.each([408, 429, 502, 503, 504])('treats status %i as unreachable', async (status) => {
    code = status;
    expect(await deliver('http/protobuf', endpoint())).toMatchObject({ state: 'unreachable' });
  });

  it('treats an endpoint that does not respond as unreachable', async () => {
    code = 0;
    expect(await deliver('http/protobuf', endpoint())).toMatchObject({ state: 'unreachable' });
  });

  it('treats a closed port as unreachable, with the reason', async () => {
    const closed = endpoint();
    server.close();
    await once(server, 'close');
    const delivery = await deliver('http/protobuf', closed);
    expect(delivery).toMatchObject({ state: 'unreachable', reason: expect.stringMatching(/\w/) });
  });
});

describe('over gRPC', () => {
  let server: Server;
  let endpoint: string;
  let code: status;
  let body: Buffer;

  const method: MethodDefinition<Buffer, Buffer> = {
    path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes) => bytes,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (bytes) => bytes,
    responseDeserialize: (bytes) => bytes,
  };

  beforeEach(async () => {
    code = status.OK;
    server = new Server();
    server.addService(
      { Export: method },
      {
        Export(call: { request: Buffer }, answer: (error: object | null, response?: Buffer) => void) {
          body = call.request;
          if (code === status.OK) answer(null, Buffer.alloc(0));
          else answer({ code, details: 'so it is' });
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    endpoint = `http://127.0.0.1:${port}`;
  });

  afterEach(() => server.forceShutdown());

  it('delivers', async () => {
    expect(await deliver('grpc', endpoint)).toEqual({ state: 'delivered' });
    expect(body.includes('musubi.otlp.batches.failed')).toBe(true);
  });

  it.each([
    'INVALID_ARGUMENT',
    'UNAUTHENTICATED',
    'PERMISSION_DENIED',
    'UNIMPLEMENTED',
    'RESOURCE_EXHAUSTED',
  ] as const)('treats %s as rejected', async (name) => {
    code = status[name];
    const delivery = await deliver('grpc', endpoint);
    expect(delivery).toMatchObject({ state: 'rejected', reason: expect.stringContaining('so it is') });
  });

  it.each(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'ABORTED'] as const)(
    'treats %s as unreachable',
    async (name) => {
      code = status[name];
      expect(await deliver('grpc', endpoint)).toMatchObject({ state: 'unreachable' });
    },
  );

  it('treats a closed port as unreachable, with the reason', async () => {
    server.forceShutdown();
    const delivery = await deliver('grpc', endpoint);
    expect(delivery).toMatchObject({ state: 'unreachable', reason: expect.stringMatching(/\w\.?$/) });
  });
});

it.each([
  ['http://h:4318', 'http://h:4318/v1/metrics'],
  ['http://h:4318/', 'http://h:4318/v1/metrics'],
  ['https://h/otlp//', 'https://h/otlp/v1/metrics'],
  ['https://h/v1/metrics', 'https://h/v1/metrics'],
])('appends the metrics path to %s', (endpoint, url) => {
  expect(signalUrl(endpoint)).toBe(url);
});
