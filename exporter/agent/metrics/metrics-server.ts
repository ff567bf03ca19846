import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type ConnectionBounds, createBoundedConnections } from '../http/bounded-connections.ts';
import { formatEndpoint } from '../net/address.ts';
import { type HostNames, isKnownHost } from './known-host.ts';
import { PROMETHEUS_CONTENT_TYPE } from './prometheus-text.ts';
import { createSharedPage, type EncodedPage } from './shared-page.ts';
import { openWebAccess, type WebAccess } from './web-access.ts';
import { type WebConfig, watchWebConfig } from './web-config.ts';

export interface MetricsServer {
  /** Its URL: `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface MetricsSource {
  /** The parts of the page. */
  readonly render: () => Iterable<string>;
  /** Changes when there is something new to render. */
  readonly version: () => unknown;
  /** Why the agent does not work, or has no current metrics. */
  readonly healthProblem: () => string | undefined;
  readonly readinessProblem: () => string | undefined;
  readonly hosts: () => HostNames;
  /** Called with a `Host` header that is refused. */
  readonly onUnknownHost: (host: string) => void;
}

/** The configuration of TLS and authentication, which can change. */
export interface WebConfigSource {
  readonly initial: WebConfig;
  /** Reads it again. Rejects if it is invalid. */
  readonly read: () => Promise<WebConfig>;
  /** Called with the reason when a changed configuration is not used. */
  readonly onRefused: (reason: string) => void;
}

/** Plain HTTP for everyone. */
const OPEN: WebConfig = { users: new Map(), headers: {}, files: [] };

/**
 * Enough for every scraper of a host. Of the file descriptors of the agent, connections get a part only: captures need
 * some for every cycle.
 */
export function connectionBounds(fileLimit: number): ConnectionBounds {
  return {
    waiting: Math.min(256, Math.max(4, Math.floor(fileLimit / 16))),
    served: Math.min(32, Math.max(4, Math.floor(fileLimit / 16))),
    requestTimeout: 10_000,
    responseTimeout: 60_000,
  };
}

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const PLAIN = { 'content-type': 'text/plain; charset=utf-8' };

/** Serves the metrics and the health of the agent. Rejects with the listen error (`EADDRINUSE`, …). */
export async function serveMetrics(
  listen: { host: string; port: number },
  source: MetricsSource,
  bounds: ConnectionBounds,
  web?: WebConfigSource,
): Promise<MetricsServer> {
  const connections = createBoundedConnections(bounds);
  const page = createSharedPage(source.render, source.version);

  const respond =
    (access: WebAccess): RequestListener =>
    (request, response) => {
      const { remoteAddress, remotePort } = request.socket;
      const peer = { remoteAddress, remotePort };
      if (!access.isAllowed(request.socket)) return void request.socket.destroy();
      if (!connections.beginResponse(peer)) return;
      response.on('drain', () => connections.progress(peer));
      response.once('close', () => connections.endResponse(peer));
      answer(request, response, { source, access, page }).catch((error: Error) => {
        if (!response.headersSent) response.writeHead(500, PLAIN);
        response.end(`${error.message}\n`);
      });
    };
  const open = (config: WebConfig) => openWebAccess(config, respond, bounds.requestTimeout);
  const initial = await open(web?.initial ?? OPEN);
  const current =
    web && watchWebConfig({ config: web.initial, value: initial }, web.read, open, web.onRefused);

  // Connections are bounded before anything is read from them.
  const server = createTcpServer({ noDelay: true }, async (socket) => {
    connections.add(socket);
    socket.on('error', () => {});
    const access = current ? await current() : initial;
    access.server.emit('connection', socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `${initial.isTls ? 'https' : 'http'}://${formatEndpoint(address, port)}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        connections.closeAll();
      }),
  };
}

interface ResponseContext {
  readonly source: MetricsSource;
  readonly access: WebAccess;
  readonly page: () => Promise<EncodedPage>;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { source, access, page }: ResponseContext,
): Promise<void> {
  for (const [name, value] of Object.entries({ ...SECURITY_HEADERS, ...access.headers }))
    response.setHeader(name, value);
  const { host } = request.headers;
  // A web page has neither a certificate for its name nor the password.
  if (access.isOpen && host !== undefined && !isKnownHost(host, source.hosts())) {
    source.onUnknownHost(host);
    response.writeHead(403, PLAIN).end('Unknown host name. See --web.allowed-hosts.\n');
    return;
  }
  const isAuthorized = await access.authorize(request.headers.authorization);
  if (isAuthorized !== true) {
    if (isAuthorized === 'busy') response.writeHead(503, PLAIN).end('Too many passwords to check.\n');
    else response.writeHead(401, { ...PLAIN, 'www-authenticate': 'Basic' }).end('Unauthorized.\n');
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  switch (pathOf(request.url ?? '/')) {
    case undefined:
      response.writeHead(400, PLAIN).end('Invalid path.\n');
      return;
    case '/':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(
        '<!doctype html><title>Musubi</title><h1>Musubi exporter</h1><p><a href="/metrics">Metrics</a></p>',
      );
      return;
    case '/metrics':
      return sendPage(request, response, await page());
    case '/healthz':
      return sendProblem(response, source.healthProblem());
    case '/readyz':
      return sendProblem(response, source.readinessProblem());
    default:
      response.writeHead(404, PLAIN).end('Not found. See /metrics.\n');
  }
}

/** Undefined for an invalid path, such as an incomplete percent-encoding. */
function pathOf(url: string): string | undefined {
  const pathname = URL.parse(url, 'http://localhost')?.pathname;
  try {
    return pathname === undefined ? undefined : decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}

async function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  page: EncodedPage,
): Promise<void> {
  const headers = { 'content-type': PROMETHEUS_CONTENT_TYPE, vary: 'accept-encoding' };
  if (/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
    const length = page.reduce((sum, chunk) => sum + chunk.length, 0);
    response.writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': length });
    if (request.method === 'HEAD') response.end();
    else await pipeline(Readable.from(page), response);
    return;
  }
  response.writeHead(200, headers);
  if (request.method === 'HEAD') response.end();
  else await pipeline(Readable.from(page), createGunzip(), response);
}

function sendProblem(response: ServerResponse, problem: string | undefined): void {
  response.writeHead(problem === undefined ? 200 : 503, PLAIN).end(`${problem ?? 'ok'}\n`);
}
