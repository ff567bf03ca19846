import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { formatEndpoint } from '../net/address.ts';
import { PROMETHEUS_CONTENT_TYPE } from './prometheus-text.ts';

const compress = promisify(gzip);

export interface MetricsServer {
  /** Where it can be reached: `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the text that `render` makes at every scrape. Rejects with the listen error (`EADDRINUSE`, …). */
export async function serveMetrics(
  listen: { host: string; port: number },
  render: () => string,
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
  render: () => string,
): Promise<void> {
  // Undefined for a path that makes no URL, such as `//`: nothing is there.
  const pathname = URL.parse(request.url ?? '/', 'http://localhost')?.pathname;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
  } else if (pathname === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      '<!doctype html><title>Musubi</title><h1>Musubi exporter</h1><p><a href="/metrics">Metrics</a></p>',
    );
  } else if (pathname !== '/metrics') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not here. See /metrics.\n');
  } else {
    const body = Buffer.from(render());
    const gzipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    response.writeHead(200, {
      'content-type': PROMETHEUS_CONTENT_TYPE,
      ...(gzipped && { 'content-encoding': 'gzip' }),
    });
    response.end(gzipped ? await compress(body) : body);
  }
}
