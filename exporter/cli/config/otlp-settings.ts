import type { OtlpSettings } from '@musubi/agent/settings';
import type { AGENT_OPTIONS } from './agent-options.ts';
import { invalidValue } from './invalid-value.ts';
import type { OptionValues } from './option.ts';
import type { Environment } from './resolve-options.ts';
import { UsageError } from './usage-error.ts';
import { parseUrl } from './values.ts';

const ENDPOINT_VARIABLES = ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/** How to push; undefined if nothing configures it. Throws `UsageError` for an invalid endpoint variable. */
export function otlpSettings(
  settings: OptionValues<typeof AGENT_OPTIONS>,
  env: Environment,
): OtlpSettings | undefined {
  const variable = ENDPOINT_VARIABLES.find((name) => env[name]);
  const endpoint = settings['otlp-endpoint'];
  const protocol = settings['otlp-protocol'];
  if (endpoint === undefined && variable === undefined && protocol === undefined) return undefined;
  if (endpoint === undefined && variable !== undefined) checkEndpoint(variable, env[variable] ?? '');
  return { protocol: protocol ?? 'grpc', endpoint, interval: settings['otlp-export-interval'] };
}

/** The OpenTelemetry exporters only log an invalid URL and use their default endpoint. */
function checkEndpoint(variable: string, value: string): void {
  try {
    // gRPC also takes host:port without a scheme.
    if (!/^[\w.-]+:\d+$/.test(value)) parseUrl(value);
  } catch (cause) {
    throw new UsageError(invalidValue(variable, JSON.stringify(value), (cause as Error).message), { cause });
  }
}
