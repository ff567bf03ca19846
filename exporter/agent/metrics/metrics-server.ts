import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { formatEndpoint } from '../net/address.ts';
import { PROMETHEUS_CONTENT_TYPE } from './prometheus-text.ts';

export interface MetricsServer {
  /** Its URL: `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the text of `render` at every scrape, each part when the client has read the one before. Rejects with the
 * listen error (`EADDRINUSE`, …).
 */
export async function serveMetrics(
  listen: { host: string; port: number },
  render: () => Iterable<string>,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    answer(request, response, render).catch((error: Error) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`${error.message}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${formatEndpoint(address, port)}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  render: () => Iterable<string>,
): Promise<void> {
  // Undefined for an invalid path such as `//`, which is not found.
  const pathname = URL.parse(request.url ?? '/', 'http://localhost')?.pathname;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
  } else if (pathname === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      '<!doctype html><title>Musubi</title><h1>Musubi exporter</h1><p><a href="/metrics">Metrics</a></p>',
    );
  } else if (pathname !== '/metrics') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found. See /metrics.\n');
  } else {
    const gzipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    // Renders the first part before the header, so that an error can still be reported by a status.
    const parts = withFirstPart(render());
    response.writeHead(200, {
      'content-type': PROMETHEUS_CONTENT_TYPE,
      ...(gzipped && { 'content-encoding': 'gzip' }),
    });
    const text = Readable.from(request.method === 'HEAD' ? [] : parts, { highWaterMark: 1 });
    await (gzipped ? pipeline(text, createGzip(), response) : pipeline(text, response));
  }
}

/** The same parts, with the first one rendered already. */
function withFirstPart(parts: Iterable<string>): Iterable<string> {
  const rest = parts[Symbol.iterator]();
  const first = rest.next();
  return (function* () {
    for (let part = first; !part.done; part = rest.next()) yield part.value;
  })();
}
