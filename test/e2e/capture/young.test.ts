/** Connections between their beginning and the second look that meets them: where they are kept makes no difference. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { beginWatch, CANNOT_CAPTURE, sum, type Watch } from '../../harness/captures.ts';
import { waitFor } from '../../harness/wait-for.ts';

const QUESTION = Buffer.alloc(700);
const ANSWER = Buffer.alloc(3000);

/** A server that answers once it has heard the client's end, when it is told to. */
async function startServer() {
  const asked: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.resume().once('end', () => asked.push(socket));
  }).listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    /** How many have asked and ended their half. */
    asked: () => asked.length,
    async ask(count: number): Promise<Socket[]> {
      const clients = Array.from({ length: count }, () => connect({ port, allowHalfOpen: true }));
      await Promise.all(clients.map((client) => once(client, 'connect')));
      for (const client of clients) client.resume().write(QUESTION);
      return clients;
    },
    async finish(clients: readonly Socket[]) {
      for (const client of clients) client.end();
      await waitFor(async () => asked.length === clients.length || undefined, 'the questions');
    },
    async answer(clients: readonly Socket[]) {
      const closed = clients.map((client) => once(client, 'close'));
      for (const socket of asked) socket.end(ANSWER);
      await Promise.all(closed);
      server.close();
    },
  };
}

async function expectTold(capture: Watch, port: number, count: number) {
  const told = () =>
    Object.fromEntries(
      (['outbound', 'inbound'] as const).map((direction) => {
        const seen = capture.seen({ transport: 'tcp', direction, port });
        const total = (what: 'open' | 'opened' | 'transmittedBytes' | 'receivedBytes') => sum(seen, what);
        return [
          direction,
          [total('open'), total('opened'), total('transmittedBytes'), total('receivedBytes')],
        ];
      }),
    );
  const [question, answer] = [count * QUESTION.length, count * ANSWER.length];
  const truth = { outbound: [0, count, question, answer], inbound: [0, count, answer, question] };
  await waitFor(
    async () => {
      await capture.read();
      return JSON.stringify(told()) === JSON.stringify(truth) || undefined;
    },
    'the connections',
    15_000,
  ).catch(() => {});
  expect(told()).toEqual(truth);
}

describe.skipIf(CANNOT_CAPTURE)(`a young connection${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`, () => {
  it('is counted with its bytes, be there more at once than the kernel program has places for', async () => {
    const capture = await beginWatch('ebpf');
    const server = await startServer();
    const clients = await server.ask(1500);
    await capture.read();
    expect(sum(capture.seen({ direction: 'outbound', port: server.port }), 'open')).toBe(1500);
    await server.finish(clients);
    await server.answer(clients);
    await expectTold(capture, server.port, 1500);
  });

  it.each([
    ['before a look', 0, 0],
    ['between two looks', 1, 0],
    ['after it was met twice', 2, 0],
    ['just as it is met, again and again', 0, 20],
  ])('that is closed one way first, %s, has all its bytes', async (_when, before, meanwhile) => {
    const capture = await beginWatch('ebpf');
    const server = await startServer();
    const clients = await server.ask(50);
    for (let look = 0; look < before; look++) {
      // It takes a second between two looks for the second to be one.
      if (look > 0) await sleep(1100);
      await capture.read();
    }
    const finished = server.finish(clients);
    for (let look = 0; look < meanwhile; look++) await capture.read();
    await finished;
    await capture.read();
    await server.answer(clients);
    await expectTold(capture, server.port, 50);
  });
});
