import { readFileSync } from 'node:fs';
import type * as Tls from 'node:tls';
import type { OtlpProtocol, OtlpSettings } from '@musubi/agent/settings';
import type { AGENT_OPTIONS } from './agent-options.ts';
import { invalidValue } from './invalid-value.ts';
import type { OptionValues } from './option.ts';
import type { Environment } from './resolve-options.ts';
import { UsageError } from './usage-error.ts';
import { oneOf, parseMilliseconds, parseUrl } from './values.ts';

/** What OpenTelemetry specifies where nothing is set. */
const DEFAULT_ENDPOINT = { grpc: 'http://localhost:4317', 'http/protobuf': 'http://localhost:4318' } as const;
const DEFAULT_TIMEOUT = 10_000;

/**
 * How to push; undefined if nothing configures it. The standard variables follow the OpenTelemetry specification
 * (protocol/exporter.md): `OTEL_EXPORTER_OTLP_METRICS_…` precedes `OTEL_EXPORTER_OTLP_…`. Throws `UsageError` that names
 * an invalid variable.
 */
export function otlpSettings(
  settings: OptionValues<typeof AGENT_OPTIONS>,
  env: Environment,
): OtlpSettings | undefined {
  const variable = find(env, 'ENDPOINT');
  const given = settings['otlp-endpoint'];
  if (given === undefined && variable === undefined && settings['otlp-protocol'] === undefined)
    return undefined;
  const protocol = settings['otlp-protocol'] ?? 'grpc';
  const endpoint =
    given === undefined && variable ? endpointOf(variable, protocol) : (given ?? DEFAULT_ENDPOINT[protocol]);
  read(env, 'TEMPORALITY_PREFERENCE', parseTemporality, 'cumulative');
  return {
    protocol,
    endpoint: protocol === 'grpc' || variable?.isSpecific ? endpoint : signalUrl(endpoint),
    interval: settings['otlp-export-interval'],
    headers: headersOf(env),
    compression: read(env, 'COMPRESSION', oneOf('gzip', 'none'), 'none'),
    timeout: read(env, 'TIMEOUT', parseMilliseconds, DEFAULT_TIMEOUT),
    isInsecure: endpoint.startsWith('http://') || (!endpoint.startsWith('https://') && insecureOf(env)),
    tls: tlsOf(env),
  };
}

/** Appends the metrics path to a base URL unless it is there, as specified for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
export function signalUrl(endpoint: string): string {
  const base = endpoint.replace(/\/+$/, '');
  return base.endsWith('/v1/metrics') ? base : `${base}/v1/metrics`;
}

interface Variable {
  readonly name: string;
  readonly text: string;
  /** Whether it is for metrics only. */
  readonly isSpecific: boolean;
}

/** The variable that is in force; an empty one counts as unset. */
function find(env: Environment, setting: string): Variable | undefined {
  for (const isSpecific of [true, false]) {
    const name = `OTEL_EXPORTER_OTLP_${isSpecific ? 'METRICS_' : ''}${setting}`;
    const text = env[name]?.trim();
    if (text !== undefined && text !== '') return { name, text, isSpecific };
  }
  return undefined;
}

function read<T>(env: Environment, setting: string, parse: (text: string) => T, otherwise: T): T {
  const variable = find(env, setting);
  return variable ? parseVariable(variable, parse) : otherwise;
}

function parseVariable<T>({ name, text }: Variable, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (cause) {
    throw new UsageError(invalidValue(name, JSON.stringify(text), (cause as Error).message), { cause });
  }
}

function endpointOf(variable: Variable, protocol: OtlpProtocol): string {
  // gRPC also takes host:port without a scheme.
  if (protocol === 'grpc' && /^[\w.-]+:\d+$/.test(variable.text)) return variable.text;
  return parseVariable(variable, parseUrl);
}

function insecureOf(env: Environment): boolean {
  return read(env, 'INSECURE', (text) => oneOf('true', 'false')(text.toLowerCase()) === 'true', false);
}

/** A store that gets sums and not differences needs no state of ours, and loses nothing with a push that is lost. */
function parseTemporality(text: string): string {
  if (text.toLowerCase() === 'cumulative') return text;
  throw new Error(
    'expected cumulative: sums survive pushes that are lost; the cumulativetodelta processor of the collector converts them',
  );
}

/** Those for metrics only precede the others. Values are secrets, and not in messages. */
function headersOf(env: Environment): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS']) {
    for (const pair of (env[name] ?? '').split(',')) {
      if (pair.trim() === '') continue;
      const equals = pair.indexOf('=');
      const key = pair.slice(0, equals).trim();
      const value = equals === -1 ? undefined : decode(pair.slice(equals + 1).trim());
      if (!/^[\w.-]+$/.test(key) || value === undefined || !/^[\x20-\x7e]*$/.test(value))
        throw new UsageError(
          invalidValue(
            name,
            key === '' ? '"…"' : JSON.stringify(`${key}=…`),
            'expected key=value, percent-encoded',
          ),
        );
      headers[key.toLowerCase()] = value;
    }
  }
  return headers;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function tlsOf(env: Environment): OtlpSettings['tls'] {
  const [ca, cert, key] = [
    find(env, 'CERTIFICATE'),
    find(env, 'CLIENT_CERTIFICATE'),
    find(env, 'CLIENT_KEY'),
  ];
  const content = (variable: Variable | undefined) =>
    variable && parseVariable(variable, (path) => readFileSync(path));
  // Most agents use no certificate and need not load the module.
  const createSecureContext: typeof Tls.createSecureContext = (options) =>
    process.getBuiltinModule('node:tls').createSecureContext(options);
  const parseCertificate = (pem: Buffer | undefined) =>
    new (process.getBuiltinModule('node:crypto').X509Certificate)(pem ?? '');
  const files = { ca: content(ca), cert: content(cert), key: content(key) };
  if (ca) parseVariable(ca, () => parseCertificate(files.ca));
  if (!cert !== !key)
    throw new UsageError(
      `${(cert ?? key)?.name} needs ${cert ? 'OTEL_EXPORTER_OTLP_CLIENT_KEY' : 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'}, too`,
    );
  if (cert) parseVariable(cert, () => createSecureContext({ cert: files.cert }));
  if (key) parseVariable(key, () => createSecureContext({ cert: files.cert, key: files.key }));
  return { ca: ca?.text, cert: cert?.text, key: key?.text };
}
