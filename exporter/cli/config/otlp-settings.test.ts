import { expect, it } from 'vitest';
import { CERTIFICATE, KEY } from '../../../test/fixtures/certificate.ts';
import { createTempFile } from '../../../test/fixtures/temp-file.ts';
import { AGENT_OPTIONS } from './agent-options.ts';
import { otlpSettings, signalUrl } from './otlp-settings.ts';
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
  [
    ['--otlp-protocol', 'http/protobuf'],
    {},
    { protocol: 'http/protobuf', endpoint: 'http://localhost:4318/v1/metrics' },
  ],
  [[], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317' }, { protocol: 'grpc', endpoint: 'http://c:4317' }],
  [[], { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'c:4317' }, { protocol: 'grpc', endpoint: 'c:4317' }],
  [[], { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, { protocol: 'http/protobuf' }],
  [['--otlp-protocol', 'grpc'], {}, { endpoint: 'http://localhost:4317', isInsecure: true }],
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

const HTTP = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' };

it('takes the endpoint for metrics as it is, and appends the path to the general one', async () => {
  const specific = { ...HTTP, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c/otlp' };
  expect(await settle([], specific)).toMatchObject({ endpoint: 'http://c/otlp' });
  const general = { ...HTTP, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c/otlp' };
  expect(await settle([], general)).toMatchObject({ endpoint: 'http://c/otlp/v1/metrics' });
});

it.each([
  ['http://h:4318', 'http://h:4318/v1/metrics'],
  ['http://h:4318/', 'http://h:4318/v1/metrics'],
  ['https://h/otlp//', 'https://h/otlp/v1/metrics'],
  ['https://h/v1/metrics', 'https://h/v1/metrics'],
])('appends the metrics path to %s', (endpoint, url) => {
  expect(signalUrl(endpoint)).toBe(url);
});

const ON = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317' };

it('reads the standard variables, those for metrics first', async () => {
  using ca = createTempFile(CERTIFICATE);
  using key = createTempFile(KEY);
  const settings = await settle([], {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=secret%20key,x=1',
    OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'X=2',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'none',
    OTEL_EXPORTER_OTLP_TIMEOUT: '3000',
    OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '',
    OTEL_EXPORTER_OTLP_CERTIFICATE: ca.path,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: ca.path,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: key.path,
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Cumulative',
  });
  expect(settings).toMatchObject({
    headers: { 'api-key': 'secret key', x: '2' },
    compression: 'none',
    timeout: 3000,
    isInsecure: false,
    tls: { ca: ca.path, cert: ca.path, key: key.path },
  });
});

it.each([
  ['http://c:4317', {}, true],
  ['https://c:4317', { OTEL_EXPORTER_OTLP_INSECURE: 'true' }, false],
  ['c:4317', {}, false],
  ['c:4317', { OTEL_EXPORTER_OTLP_INSECURE: 'TRUE' }, true],
] as const)('uses no TLS for %s %j: %s', async (endpoint, env, isInsecure) => {
  expect(await settle([], { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env })).toMatchObject({ isInsecure });
});

it.each([
  ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'delta', 'cumulativetodelta'],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s', '"10s"'],
  ['OTEL_EXPORTER_OTLP_METRICS_COMPRESSION', 'zstd', '"zstd"'],
  ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/none/ca.pem', '"/none/ca.pem"'],
  ['OTEL_EXPORTER_OTLP_CERTIFICATE', import.meta.filename, 'otlp-settings.test.ts'],
  ['OTEL_EXPORTER_OTLP_CLIENT_KEY', import.meta.filename, 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key', 'key=value'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=%zz', '"api-key=…"'],
])('refuses %s=%s', async (name, text, expected) => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317', [name]: text };
  const refused = settle([], env);
  await expect(refused).rejects.toThrow(name);
  await expect(refused).rejects.toThrow(expected);
});

it('shows no value of a header', async () => {
  const env = { ...ON, OTEL_EXPORTER_OTLP_HEADERS: 'api key=hush' };
  await expect(settle([], env)).rejects.toThrow(/^(?!.*hush)/);
});
