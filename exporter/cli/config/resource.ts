import { hostname } from 'node:os';
import type { Attributes } from '@musubi/agent/metrics/edge-attributes';
import { VERSION } from '@musubi/agent/version';
import type { Environment } from './resolve-options.ts';
import { UsageError } from './usage-error.ts';

const VARIABLE = 'OTEL_RESOURCE_ATTRIBUTES';

/**
 * The OpenTelemetry resource of this exporter. `service.instance.id` is the host's name and not, as the SDK
 * would have it, random: a new one at each start would make every series a new one. Throws `UsageError` when
 * `OTEL_RESOURCE_ATTRIBUTES` is not `key=value,…`.
 */
export function resourceOf(
  env: Environment,
  hostName: string | undefined,
): Attributes & { 'host.name': string } {
  const given = parseResourceAttributes(env[VARIABLE] ?? '');
  const host = hostName ?? (given['host.name'] || hostname());
  return {
    'service.name': 'musubi',
    'service.version': VERSION,
    'service.instance.id': host,
    ...given,
    ...(env.OTEL_SERVICE_NAME && { 'service.name': env.OTEL_SERVICE_NAME }),
    'host.name': host,
  };
}

/** `key=value` pairs with commas between, values percent-encoded (OpenTelemetry specification, resource SDK). */
export function parseResourceAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const equals = pair.indexOf('=');
    const key = pair.slice(0, equals).trim();
    if (equals === -1 || key === '')
      throw new UsageError(`${VARIABLE}: ${JSON.stringify(pair)} is no key=value`);
    try {
      attributes[key] = decodeURIComponent(pair.slice(equals + 1).trim());
    } catch (cause) {
      throw new UsageError(`${VARIABLE}: ${JSON.stringify(pair)} is not percent-encoded`, { cause });
    }
  }
  return attributes;
}
