import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { MUSUBI, NODE } from '../harness/places.ts';
import { start } from '../harness/process.ts';
import { waitFor } from '../harness/wait-for.ts';

/** Service managers kill a process that has not ended after a while: Docker after 10 s. */
const PATIENCE = 9000;

/** An endpoint that accepts connections and never responds; returns its port and the number of connections. */
async function startSilentEndpoint() {
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
  'the agent ends if its OTLP endpoint never responds: %s',
  async (protocol) => {
    const silent = await startSilentEndpoint();
    const endpoint = ['--otlp-endpoint', `http://127.0.0.1:${silent.port}`, '--otlp-protocol', protocol];
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
      () => silent.connections() > 0 || undefined,
      () => `a push: ${agent.stderr()}`,
    );
    const before = performance.now();
    expect(await agent.stop()).toBe(0);
    expect(performance.now() - before).toBeLessThan(PATIENCE);
    expect(agent.stderr()).toContain('last OTLP push timed out: its metrics are lost');
  },
);

it.each(['grpc', 'http/protobuf'])(
  'the agent ends if its OTLP endpoint is unreachable: %s',
  async (protocol) => {
    const endpoint = ['--otlp-endpoint', `http://127.0.0.1:${await freePort()}`, '--otlp-protocol', protocol];
    const agent = start([NODE, MUSUBI, 'agent', '--netns', 'self', ...endpoint]);
    await waitFor(() => agent.stderr().includes('agent started') || undefined, 'the agent to start');
    const before = performance.now();
    expect(await agent.stop()).toBe(0);
    expect(performance.now() - before).toBeLessThan(PATIENCE);
  },
);
