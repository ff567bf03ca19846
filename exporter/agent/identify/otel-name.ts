import { escapeBytes } from '../text/escape-bytes.ts';

/**
 * The service name that a process uses in its own telemetry, from its environment (`/proc/PID/environ`):
 * `OTEL_SERVICE_NAME`, or `service.name` in `OTEL_RESOURCE_ATTRIBUTES`, read as OpenTelemetry SDKs do.
 */
export function otelName(environ: Buffer): string | undefined {
  const name = variable(environ, 'OTEL_SERVICE_NAME')?.trim();
  return name || resourceName(variable(environ, 'OTEL_RESOURCE_ATTRIBUTES') ?? '') || undefined;
}

/** The value of an environment variable. Each entry ends in a zero byte. */
function variable(environ: Buffer, name: string): string | undefined {
  const entry = Buffer.from(`\0${name}=`);
  const isFirst = environ.subarray(0, entry.length - 1).equals(entry.subarray(1));
  const at = isFirst ? -1 : environ.indexOf(entry);
  if (!isFirst && at === -1) return undefined;
  const start = at + entry.length;
  const end = environ.indexOf(0, start);
  // A truncated value would be a different name.
  return end === -1 ? undefined : escapeBytes(environ.subarray(start, end));
}

/** `key=value,…`, values percent-encoded. The text is another program's: malformed parts are ignored. */
function resourceName(attributes: string): string | undefined {
  for (const pair of attributes.split(',')) {
    const [key = '', value = ''] = pair.split('=', 2);
    if (key.trim() === 'service.name') return decode(value.trim());
  }
  return undefined;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
