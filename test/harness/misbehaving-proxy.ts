/** A proxy in front of an OTLP endpoint that misbehaves on demand. */
import { createServer } from 'node:http';
import { connect, createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { bytesField, textField, varintField } from '../../exporter/agent/metrics/otlp/protobuf.case.ts';
import { onFileEnd } from './cleanup.ts';

/** What it does with a request instead of forwarding it. */
export type Misbehaviour =
  | { readonly kind: 'unavailable' }
  /** Throttles, with a delay to wait. */
  | { readonly kind: 'throttle'; readonly seconds: number }
  /** Finds the request too large. */
  | { readonly kind: 'too large' }
  | { readonly kind: 'refuse'; readonly reason: string };

export interface Proxy {
  readonly url: string;
  /** How it responds to a request of so many bytes; undefined to forward it. */
  behave: (bytes: number) => Misbehaviour | undefined;
  /** Reports so many points as rejected in the responses that it forwards. */
  rejectedPoints: number;
  /** When requests arrived (ms, monotonic), and their bytes. */
  readonly requests: { readonly at: number; readonly bytes: number }[];
}

export async function startProxy(protocol: 'grpc' | 'http/protobuf', target: string): Promise<Proxy> {
  const requests: Proxy['requests'] = [];
  const proxy = { url: '', requests, rejectedPoints: 0, behave: () => undefined } as {
    -readonly [K in keyof Proxy]: Proxy[K];
  };
  const note = (bytes: number) => {
    requests.push({ at: performance.now(), bytes });
    return proxy.behave(bytes);
  };
  const partial = () =>
    proxy.rejectedPoints === 0
      ? undefined
      : bytesField(1, varintField(1, proxy.rejectedPoints), textField(2, 'out of bounds'));
  const server = protocol === 'grpc' ? grpcProxy(target, note, partial) : httpProxy(target, note, partial);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onFileEnd(() => server.close());
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

type Note = (bytes: number) => Misbehaviour | undefined;

async function readAll(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

function httpProxy(target: string, note: Note, partial: () => Buffer | undefined) {
  return createServer(async (request, response) => {
    const body = await readAll(request);
    const answer = note(body.length);
    const headers = { 'content-type': 'text/plain' };
    if (answer?.kind === 'unavailable') response.writeHead(503, headers).end('not now');
    else if (answer?.kind === 'throttle')
      response.writeHead(429, { ...headers, 'retry-after': `${answer.seconds}` }).end('slow down');
    else if (answer?.kind === 'too large') response.writeHead(413, headers).end();
    else if (answer?.kind === 'refuse') response.writeHead(400, headers).end(answer.reason);
    else {
      const type = { 'content-type': 'application/x-protobuf' };
      const result = await fetch(`${target}${request.url}`, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: type,
      });
      response.writeHead(result.status, type).end(partial() ?? Buffer.from(await result.arrayBuffer()));
    }
  });
}

/** The codes of gRPC. */
const CODES = { unavailable: 14, throttle: 8, 'too large': 8, refuse: 3 } as const;

function grpcProxy(target: string, note: Note, partial: () => Buffer | undefined) {
  const upstream = connect(target);
  upstream.on('error', () => {});
  onFileEnd(() => upstream.destroy());
  const server = createHttp2Server();
  server.on('stream', async (stream: ServerHttp2Stream, headers) => {
    const body = await readAll(stream);
    const answer = note(body.length);
    if (answer) {
      const { message, details } = grpcStatus(answer);
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': CODES[answer.kind],
          'grpc-message': encodeURIComponent(message),
          ...(details && { 'grpc-status-details-bin': details.toString('base64') }),
        },
        { endStream: true },
      );
      return;
    }
    const call = upstream.request({
      ':method': 'POST',
      ':path': headers[':path'],
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let trailers = {};
    call.on('trailers', (received) => {
      trailers = { 'grpc-status': received['grpc-status'], 'grpc-message': received['grpc-message'] ?? '' };
    });
    call.end(body);
    const reply = await readAll(call);
    const message = partial();
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end(message ? frame(message) : reply);
  });
  return server;
}

function grpcStatus(answer: Misbehaviour): { message: string; details?: Buffer } {
  if (answer.kind === 'too large') return { message: 'grpc: received message larger than max (1 vs. 0)' };
  if (answer.kind === 'refuse') return { message: answer.reason };
  if (answer.kind === 'unavailable') return { message: 'not now' };
  const info = bytesField(2, bytesField(1, varintField(1, answer.seconds)));
  const detail = bytesField(3, textField(1, 'type.googleapis.com/google.rpc.RetryInfo'), info);
  return { message: 'slow down', details: Buffer.concat([varintField(1, 8), detail]) };
}

/** A message of gRPC: a flag for compression, and its length. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
