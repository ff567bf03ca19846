import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectionBounds, type MetricsServer, type MetricsSource, serveMetrics } from './metrics-server.ts';
import { PROMETHEUS_CONTENT_TYPE } from './prometheus-text.ts';

let server: MetricsServer;
let render: () => Iterable<string>;
let problem: string | undefined;
let refused: string[];

/** Never the same version, so that each scrape renders. */
let version = 0;
const source: MetricsSource = {
  render: () => render(),
  version: () => ++version,
  healthProblem: () => problem,
  readinessProblem: () => problem,
  hosts: () => ({ names: ['web-7'], anyDomain: false }),
  onUnknownHost: (host) => void refused.push(host),
};
const BOUNDS = connectionBounds(1024);
const serve = (host = '127.0.0.1', port = 0) => serveMetrics({ host, port }, source, BOUNDS);

beforeEach(async () => {
  render = () => ['up 1\n'];
  problem = undefined;
  refused = [];
  server = await serve();
});

afterEach(() => server.close());

const at = (path: string) => new URL(path, server.url);

it('serves what is rendered at each scrape', async () => {
  const first = await fetch(server.url);
  expect(first.headers.get('content-type')).toBe(PROMETHEUS_CONTENT_TYPE);
  expect(await first.text()).toBe('up 1\n');
  render = () => ['up 2\n'];
  expect(await (await fetch(`${server.url}?name[]=up`)).text()).toBe('up 2\n');
});

/** Without fetch's own decompression and clean-up of the URL. */
function rawGet(path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; encoding: string | undefined; body: Buffer }>((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    get({ hostname, port, path, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          encoding: response.headers['content-encoding'],
          body: Buffer.concat(parts),
        }),
      );
    }).on('error', reject);
  });
}

it('compresses if the client accepts it', async () => {
  const compressed = await rawGet('/metrics', { 'accept-encoding': 'deflate, gzip;q=0.8' });
  expect(compressed.encoding).toBe('gzip');
  expect(gunzipSync(compressed.body).toString()).toBe('up 1\n');
  const plain = await rawGet('/metrics');
  expect(plain.encoding).toBeUndefined();
  expect(plain.body.toString()).toBe('up 1\n');
});

it('responds to HEAD without a body', async () => {
  const response = await fetch(server.url, { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('');
});

it('links the metrics on its front page', async () => {
  expect(await (await fetch(at('/'))).text()).toContain('href="/metrics"');
});

it.each(['/metric', '/metrics/', '/favicon.ico', '/%41'])('responds 404 to %s', async (path) => {
  expect((await rawGet(path)).status).toBe(404);
});

it.each(['/%', '/host/%', '/metrics%', '/%ff'])('responds 400 to %s', async (path) => {
  expect((await rawGet(path)).status).toBe(400);
});

it('refuses unknown host names, and reports them', async () => {
  expect((await rawGet('/metrics', { host: 'evil.example:9464' })).status).toBe(403);
  expect((await rawGet('/', { host: 'evil.example' })).status).toBe(403);
  expect((await rawGet('/metrics', { host: 'web-7:9464' })).status).toBe(200);
  expect(refused).toEqual(['evil.example:9464', 'evil.example']);
});

it.each(['/', '/metrics', '/healthz', '/none'])('sends security headers with %s', async (path) => {
  const { headers } = await fetch(at(path));
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('cache-control')).toBe('no-store');
});

it.each(['/healthz', '/readyz'])('reports at %s why the agent does not work', async (path) => {
  expect([(await fetch(at(path))).status, await (await fetch(at(path))).text()]).toEqual([200, 'ok\n']);
  problem = 'no cycle';
  expect([(await fetch(at(path))).status, await (await fetch(at(path))).text()]).toEqual([503, 'no cycle\n']);
});

it('takes no more memory for clients that do not read, and serves others', async () => {
  const line = `${'x'.repeat(1023)}\n`;
  const megabytes = 20;
  render = function* () {
    for (let i = 0; i < megabytes; i++) yield line.repeat(1024);
  };
  const before = process.memoryUsage().rss;
  const { port } = new URL(server.url);
  const clients = Array.from({ length: 200 }, () => connect(Number(port), '127.0.0.1').pause());
  for (const client of clients) {
    client.on('error', () => {});
    client.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
  }
  const text = await (await fetch(server.url)).text();
  expect(text.length).toBe(megabytes * 1024 * 1024);
  // Of the test, too, which holds the text.
  expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  for (const client of clients) client.destroy();
});

it.each(['//', '//[', 'http://['])('accepts %s as a path', async (path) => {
  const { status } = await rawGet(path);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
});

it.each(['POST', 'PUT', 'DELETE'])('rejects %s', async (method) => {
  const response = await fetch(server.url, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
});

it('responds 500 if rendering fails, and continues', async () => {
  render = () => {
    throw new Error('no edges');
  };
  const response = await fetch(server.url);
  expect(response.status).toBe(500);
  expect(await response.text()).toBe('no edges\n');
  render = () => ['up 1\n'];
  expect((await fetch(server.url)).status).toBe(200);
});

it('rejects if the port is in use', async () => {
  const port = Number(new URL(server.url).port);
  await expect(serve('127.0.0.1', port)).rejects.toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
});

it('has a URL with an IPv6 address in brackets', async () => {
  const six = await serve('::1');
  expect(six.url).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/);
  await six.close();
});

it('closes at once, although clients keep their connections open', async () => {
  await fetch(server.url);
  const client = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(client, 'connect');
  await new Promise((resolve) => client.write('GET /metrics HTTP/1.1\r\n', resolve));
  client.on('error', () => {});
  await server.close();
  await expect(fetch(server.url)).rejects.toThrow();
  server = await serve();
});
