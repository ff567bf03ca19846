import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { AGENT_OPTIONS } from '../config/agent-options.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { createLog } from '../log.ts';
import { createSelfMetrics } from '../metrics/self-metrics.ts';
import { otlpSettings, startPush } from './push-loop.ts';

const settle = async (argv: string[], env: Record<string, string> = {}) =>
  otlpSettings(await resolveOptions(AGENT_OPTIONS, argv, env), env);

it('pushes nothing unless something asks for it', async () => {
  expect(await settle([])).toBeUndefined();
  expect(await settle([], { OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBeUndefined();
});

it.each([
  [
    ['--otlp-endpoint', 'http://c:4317'],
    {},
    { protocol: 'grpc', endpoint: 'http://c:4317', interval: 60_000 },
  ],
  [['--otlp-protocol', 'http/protobuf'], {}, { protocol: 'http/protobuf', endpoint: undefined }],
  [[], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317' }, { protocol: 'grpc', endpoint: undefined }],
  [[], { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'c:4317' }, { protocol: 'grpc', endpoint: undefined }],
  [[], { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, { protocol: 'http/protobuf' }],
  [['--otlp-protocol', 'grpc', '--export-interval', '5s'], {}, { interval: 5000 }],
] as const)('pushes when asked: %j %j', async (argv, env, settings) => {
  expect(await settle([...argv], env)).toMatchObject(settings);
});

it('checks the variable that counts, unless the flag goes before it', async () => {
  const env = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'nowhere', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' };
  await expect(settle([], env)).rejects.toThrow('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "nowhere" is no URL');
  expect(await settle(['--otlp-endpoint', 'http://d'], env)).toMatchObject({ endpoint: 'http://d' });
});

it('ends within the time given, and says so, though the endpoint never answers', async () => {
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
  const pipeline = { self, families: () => self.families(), edges: () => [], pass: () => Promise.reject() };
  let said = '';
  const log = createLog((line) => {
    said += line;
  });
  const settings = { protocol: 'http/protobuf', endpoint, interval: 60_000 } as const;
  const push = await startPush(settings, pipeline, {}, log, 50);
  await push.finish();
  expect(said).toContain('takes too long');
});
