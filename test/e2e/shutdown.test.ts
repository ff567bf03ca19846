import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { MUSUBI, NODE } from '../harness/places.ts';
import { start } from '../harness/process.ts';
import { waitFor } from '../harness/wait-for.ts';

/** Service managers kill what has not ended after a while: Docker after 10 s. */
const PATIENCE = 9000;

/** An endpoint that takes connections and never says a word; gives its port and how many have come. */
async function startSilence() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {}))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, connections: () => sockets.length };
}

it.each(['grpc', 'http/protobuf'])(
  'the agent ends though its OTLP endpoint never answers: %s',
  async (protocol) => {
    const silence = await startSilence();
    const endpoint = ['--otlp-endpoint', `http://127.0.0.1:${silence.port}`, '--otlp-protocol', protocol];
    const agent = start([
      NODE,
      MUSUBI,
      'agent',
      '--netns',
      'self',
      '--otlp-export-interval',
      '100ms',
      ...endpoint,
    ]);
    await waitFor(
      () => silence.connections() > 0 || undefined,
      () => `a push: ${agent.stderr()}`,
    );
    const before = performance.now();
    expect(await agent.stop()).toBe(0);
    expect(performance.now() - before).toBeLessThan(PATIENCE);
    expect(agent.stderr()).toContain('last OTLP push timed out: its metrics are lost');
  },
);

it.each(['grpc', 'http/protobuf'])(
  'the agent ends though its OTLP endpoint is away: %s',
  async (protocol) => {
    const endpoint = ['--otlp-endpoint', `http://127.0.0.1:${await freePort()}`, '--otlp-protocol', protocol];
    const agent = start([NODE, MUSUBI, 'agent', '--netns', 'self', ...endpoint]);
    await waitFor(() => agent.stderr().includes('watching') || undefined, 'the agent to start');
    const before = performance.now();
    expect(await agent.stop()).toBe(0);
    expect(performance.now() - before).toBeLessThan(PATIENCE);
  },
);
