import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MetricsServer, serveMetrics } from './metrics-server.ts';
import { PROMETHEUS_CONTENT_TYPE } from './prometheus-text.ts';

let server: MetricsServer;
let render: () => Iterable<string>;

beforeEach(async () => {
  render = () => ['up 1\n'];
  server = await serveMetrics({ host: '127.0.0.1', port: 0 }, () => render());
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

it.each(['/metric', '/metrics/', '/favicon.ico', '/%'])('responds 404 to %s', async (path) => {
  expect((await rawGet(path)).status).toBe(404);
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
  await expect(serveMetrics({ host: '127.0.0.1', port }, () => [])).rejects.toThrow(
    expect.objectContaining({ code: 'EADDRINUSE' }),
  );
});

it('has a URL with an IPv6 address in brackets', async () => {
  const six = await serveMetrics({ host: '::1', port: 0 }, () => []);
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
  server = await serveMetrics({ host: '127.0.0.1', port: 0 }, () => render());
});
