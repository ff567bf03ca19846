import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Attributes } from '@musubi/agent/metrics/edge-attributes';
import { VERSION } from '@musubi/agent/version';
import { invalidValue } from './invalid-value.ts';
import type { Environment } from './resolve-options.ts';
import { UsageError } from './usage-error.ts';

/** A random text for each boot of a kernel (random(4)), by which hosts of one name differ; '' if unknown. */
const BOOT_ID = readBootId('/proc/sys/kernel/random/boot_id');

function readBootId(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

const VARIABLE = 'OTEL_RESOURCE_ATTRIBUTES';
/** As long as a host name can be. */
const MAX_HOST = 253;

/**
 * The OpenTelemetry resource of this exporter. `service.instance.id` is the host's name and not random as in the
 * SDK: a new one at each start would renew every series. Throws `UsageError` if `OTEL_RESOURCE_ATTRIBUTES` is not
 * `key=value,…`.
 */
export function resourceOf(
  env: Environment,
  hostName: string | undefined,
): Attributes & { 'host.name': string } {
  const given = parseResourceAttributes(env[VARIABLE] ?? '');
  const host = hostName ?? (given['host.name'] || hostname());
  if (host.length > MAX_HOST)
    throw new UsageError(invalidValue(VARIABLE, '"host.name=…"', `expected at most ${MAX_HOST} characters`));
  return {
    'service.name': 'musubi',
    'service.version': VERSION,
    ...(BOOT_ID && { 'host.boot.id': BOOT_ID }),
    'service.instance.id': host,
    ...given,
    ...(env.OTEL_SERVICE_NAME && { 'service.name': env.OTEL_SERVICE_NAME }),
    'host.name': host,
  };
}

/** Comma-separated `key=value` pairs with percent-encoded values (OpenTelemetry specification, resource SDK). */
export function parseResourceAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const equals = pair.indexOf('=');
    const key = pair.slice(0, equals).trim();
    if (equals === -1 || key === '')
      throw new UsageError(invalidValue(VARIABLE, JSON.stringify(pair), 'expected key=value'));
    try {
      attributes[key] = decodeURIComponent(pair.slice(equals + 1).trim());
    } catch (cause) {
      throw new UsageError(invalidValue(VARIABLE, JSON.stringify(pair), 'expected percent-encoding'), {
        cause,
      });
    }
  }
  return attributes;
}
