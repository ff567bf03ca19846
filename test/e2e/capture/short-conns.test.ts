/** TCP connections before a second scan has seen them: where the kernel program stores them makes no difference. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { beginWatch, CANNOT_CAPTURE, sum, type Watch } from '../../harness/captures.ts';
import { waitFor } from '../../harness/wait-for.ts';

const REQUEST = Buffer.alloc(700);
const RESPONSE = Buffer.alloc(3000);

/** A server that collects half-closed connections, and responds to all of them on demand. */
async function startServer() {
  const halfClosed: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.resume().once('end', () => halfClosed.push(socket));
  }).listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async connect(count: number): Promise<Socket[]> {
      const clients = Array.from({ length: count }, () => connect({ port, allowHalfOpen: true }));
      await Promise.all(clients.map((client) => once(client, 'connect')));
      for (const client of clients) client.resume().write(REQUEST);
      return clients;
    },
    async endClients(clients: readonly Socket[]) {
      for (const client of clients) client.end();
      await waitFor(async () => halfClosed.length === clients.length || undefined, 'the requests');
    },
    async respond(clients: readonly Socket[]) {
      const closed = clients.map((client) => once(client, 'close'));
      for (const socket of halfClosed) socket.end(RESPONSE);
      await Promise.all(closed);
      server.close();
    },
  };
}

async function expectCounts(capture: Watch, port: number, count: number) {
  const counts = () =>
    Object.fromEntries(
      (['outbound', 'inbound'] as const).map((direction) => {
        const observations = capture.seen({ transport: 'tcp', direction, port });
        const total = (what: 'open' | 'opened' | 'transmittedBytes' | 'receivedBytes') =>
          sum(observations, what);
        return [
          direction,
          [total('open'), total('opened'), total('transmittedBytes'), total('receivedBytes')],
        ];
      }),
    );
  const [request, response] = [count * REQUEST.length, count * RESPONSE.length];
  const expected = { outbound: [0, count, request, response], inbound: [0, count, response, request] };
  await waitFor(
    async () => {
      await capture.read();
      return JSON.stringify(counts()) === JSON.stringify(expected) || undefined;
    },
    'the connections',
    15_000,
  ).catch(() => {});
  expect(counts()).toEqual(expected);
}

describe.skipIf(CANNOT_CAPTURE)(`a short connection${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`, () => {
  it('is counted with its bytes, even if there are more at once than the kernel program has slots', async () => {
    const capture = await beginWatch('ebpf');
    const server = await startServer();
    const clients = await server.connect(1500);
    await capture.read();
    expect(sum(capture.seen({ direction: 'outbound', port: server.port }), 'open')).toBe(1500);
    await server.endClients(clients);
    await server.respond(clients);
    await expectCounts(capture, server.port, 1500);
  });

  it.each([
    ['before a scan', 0, 0],
    ['between two scans', 1, 0],
    ['after two scans', 2, 0],
    ['during several scans', 0, 20],
  ])('that is half-closed %s has all its bytes', async (_when, before, meanwhile) => {
    const capture = await beginWatch('ebpf');
    const server = await startServer();
    const clients = await server.connect(50);
    for (let scan = 0; scan < before; scan++) {
      // A scan within a second after the first does not count as the second.
      if (scan > 0) await sleep(1100);
      await capture.read();
    }
    const finished = server.endClients(clients);
    for (let scan = 0; scan < meanwhile; scan++) await capture.read();
    await finished;
    await capture.read();
    await server.respond(clients);
    await expectCounts(capture, server.port, 50);
  });
});
