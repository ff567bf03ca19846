import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { forwardToPrometheus } from './forward-to-prometheus.mjs';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Starts a server on a free port and returns its address. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const forwarding = (prometheus: string) =>
  serve((request, response) => void forwardToPrometheus(request, response, prometheus));

test('forwards a query under the base path, and returns the response', async () => {
  const prometheus = await serve(async (request, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ url: request.url, body: await text(request) }));
  });
  const page = await forwarding(`${prometheus}/prometheus/`);
  const answer = await fetch(`${page}/api/v1/query?dedup=true`, { method: 'POST', body: 'query=up' });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ url: '/prometheus/api/v1/query?dedup=true', body: 'query=up' });
});

test('reports an unreachable Prometheus in the form of its own errors', async () => {
  const page = await forwarding('http://127.0.0.1:1');
  const answer = await fetch(`${page}/api/v1/query?query=up`);
  expect(answer.status).toBe(502);
  expect(await answer.json()).toMatchObject({
    status: 'error',
    error: expect.stringContaining('Prometheus at http://127.0.0.1:1 did not answer'),
  });
});

test('forwards queries only', async () => {
  const page = await forwarding('http://127.0.0.1:1');
  expect((await fetch(`${page}/api/v1/query`, { method: 'DELETE' })).status).toBe(405);
});
