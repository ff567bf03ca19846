import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { otlpTo } from '../../test/fixtures/otlp-settings.ts';
import { createLog } from './log.ts';
import { createSelfMetrics } from './metrics/self-metrics.ts';
import { startPush } from './push-loop.ts';

it('finishes within the grace period and logs it when the endpoint never responds', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' && address?.port}`;
  const self = createSelfMetrics(() => 0);
  const pipeline = { self, families: () => self.families() };
  let output = '';
  const log = createLog((line) => {
    output += line;
  });
  const settings = otlpTo('http/protobuf', endpoint);
  const push = await startPush(settings, pipeline, () => ({}), { log, edgeExpiration: 300_000, grace: 50 });
  await push.finish();
  expect(output).toContain('last OTLP push timed out');
});
