import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server as HttpServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Metadata, type MethodDefinition, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otlpTo } from '../../../../test/fixtures/otlp-settings.ts';
import type { OtlpSettings } from '../../settings.ts';
import { createSelfMetrics } from '../self-metrics.ts';
import { openSender } from './open-sender.ts';
import { bytesField, textField, varintField } from './protobuf.case.ts';
import type { Sender } from './sender.ts';
import { toBatches } from './to-batches.ts';

const [batch] = toBatches(createSelfMetrics(() => 0).families(), { 'service.name': 'musubi' }, 1000);
let sender: Sender | undefined;

/** Sends one batch to the endpoint. */
async function deliver(
  protocol: OtlpSettings['protocol'],
  endpoint: string,
  more: Partial<OtlpSettings> = {},
) {
  const settings = otlpTo(protocol, endpoint, { timeout: 300, ...more });
  sender = await openSender(settings, { readFile: readFileSync, clock: () => 0 });
  if (!batch) throw new Error('no batch');
  return sender.send(batch);
}

afterEach(() => {
  sender?.close();
  sender = undefined;
});

const PARTIAL = bytesField(1, varintField(1, 3), textField(2, 'too old'));

describe('over HTTP', () => {
  let server: HttpServer;
  let code: number;
  let headers: Record<string, string>;
  let answer: string | Buffer;
  let requests: { path: string; headers: IncomingHttpHeaders; body: Buffer }[];
  const endpoint = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`;

  beforeEach(async () => {
    code = 200;
    requests = [];
    answer = '';
    headers = { 'content-type': 'application/x-protobuf' };
    server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      requests.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) });
      if (code !== 0) response.writeHead(code, headers).end(answer);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
  });

  it('delivers protobuf with its length and the given headers', async () => {
    const more = { headers: { authorization: 'Bearer x' } };
    expect(await deliver('http/protobuf', endpoint(), more)).toEqual({ state: 'delivered' });
    const [request] = requests;
    expect(request).toMatchObject({
      path: '/v1/metrics',
      headers: {
        'content-type': 'application/x-protobuf',
        'content-length': `${request?.body.length}`,
        authorization: 'Bearer x',
      },
    });
    expect(request?.headers).not.toHaveProperty('transfer-encoding');
    expect(request?.body.includes('musubi.otlp.batches.failed')).toBe(true);
  });

  it('compresses if configured', async () => {
    await deliver('http/protobuf', endpoint(), { compression: 'gzip' });
    expect(requests[0]?.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(gunzipSync(requests[0]?.body ?? '').includes('musubi.otlp.batches.failed')).toBe(true);
  });

  it('reads a partial success', async () => {
    answer = PARTIAL;
    expect(await deliver('http/protobuf', endpoint())).toEqual({
      state: 'delivered',
      partial: { points: 3, message: 'too old' },
    });
  });

  it('finds a batch too large for the server', async () => {
    code = 413;
    expect(await deliver('http/protobuf', endpoint())).toEqual({ state: 'too large', reason: 'HTTP 413' });
    code = 400;
    answer = textField(2, 'http: request body too large');
    expect(await deliver('http/protobuf', endpoint())).toMatchObject({ state: 'too large' });
  });

  it('gives the text of the server', async () => {
    code = 400;
    answer = Buffer.concat([varintField(1, 3), textField(2, 'no such tenant')]);
    expect(await deliver('http/protobuf', endpoint())).toEqual({
      state: 'rejected',
      reason: 'HTTP 400: no such tenant',
    });
    headers = { 'content-type': 'text/plain' };
    answer = ' no such tenant\n';
    expect(await deliver('http/protobuf', endpoint())).toMatchObject({ reason: 'HTTP 400: no such tenant' });
  });

  it('waits as long as the server requires', async () => {
    code = 429;
    headers['retry-after'] = '60';
    expect(await deliver('http/protobuf', endpoint())).toMatchObject({
      state: 'unreachable',
      retryAfter: 60_000,
    });
  });

  it('cuts off a response without end', async () => {
    answer = Buffer.alloc(200_000);
    expect(await deliver('http/protobuf', endpoint())).toMatchObject({ state: 'rejected' });
  });

  it.each([301, 400, 401, 404, 500])('treats status %i as rejected', async (status) => {
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
  let details: string;
  let metadata: Metadata;
  let answer: Buffer;
  let body: Buffer;
  let received: Metadata;

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
    details = 'so it is';
    metadata = new Metadata();
    answer = Buffer.alloc(0);
    server = new Server();
    server.addService(
      { Export: method },
      {
        Export(
          call: { request: Buffer; metadata: Metadata },
          respond: (error: object | null, response?: Buffer) => void,
        ) {
          body = call.request;
          received = call.metadata;
          if (code === status.OK) respond(null, answer);
          else respond({ code, details, metadata });
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

  it.each(['none', 'gzip'] as const)(
    'delivers with the given headers: compression %s',
    async (compression) => {
      const more = { headers: { 'x-scope-orgid': 'a' }, compression };
      expect(await deliver('grpc', endpoint, more)).toEqual({ state: 'delivered' });
      expect(body.includes('musubi.otlp.batches.failed')).toBe(true);
      expect(received.get('x-scope-orgid')).toEqual(['a']);
    },
  );

  it('reads a partial success', async () => {
    answer = PARTIAL;
    expect(await deliver('grpc', endpoint)).toMatchObject({ partial: { points: 3, message: 'too old' } });
  });

  it('treats RESOURCE_EXHAUSTED with RetryInfo as unreachable, for as long as the server requires', async () => {
    code = status.RESOURCE_EXHAUSTED;
    const delay = bytesField(2, bytesField(1, varintField(1, 30)));
    const type = textField(1, 'type.googleapis.com/google.rpc.RetryInfo');
    metadata.set('grpc-status-details-bin', bytesField(3, type, delay));
    expect(await deliver('grpc', endpoint)).toMatchObject({ state: 'unreachable', retryAfter: 30_000 });
  });

  it('finds a batch too large for the server', async () => {
    code = status.RESOURCE_EXHAUSTED;
    details = 'grpc: received message larger than max (5400000 vs. 4194304)';
    expect(await deliver('grpc', endpoint)).toMatchObject({
      state: 'too large',
      reason: expect.stringContaining('larger than max'),
    });
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
