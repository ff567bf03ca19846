import { expect, it } from 'vitest';
import { AGENT_OPTIONS } from './agent-options.ts';
import { otlpSettings } from './otlp-settings.ts';
import { resolveOptions } from './resolve-options.ts';

const settle = async (argv: string[], env: Record<string, string> = {}) =>
  otlpSettings(await resolveOptions(AGENT_OPTIONS, argv, env), env);

it('does not push unless it is configured', async () => {
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
  [['--otlp-protocol', 'grpc', '--otlp-export-interval', '5s'], {}, { interval: 5000 }],
] as const)('pushes if configured: %j %j', async (argv, env, settings) => {
  expect(await settle([...argv], env)).toMatchObject(settings);
});

it('checks the variable with precedence, unless the flag is given', async () => {
  const env = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'nowhere', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' };
  await expect(settle([], env)).rejects.toThrow(
    'invalid value for OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "nowhere" (expected a URL',
  );
  expect(await settle(['--otlp-endpoint', 'http://d'], env)).toMatchObject({ endpoint: 'http://d' });
});
