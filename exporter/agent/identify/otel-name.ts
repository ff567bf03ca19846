import { escapeBytes } from '../text/escape-bytes.ts';

/**
 * The name that a process has for its own telemetry, by its environment (`/proc/PID/environ`): of
 * `OTEL_SERVICE_NAME`, or `service.name` of `OTEL_RESOURCE_ATTRIBUTES`, as the OpenTelemetry SDK takes them.
 */
export function otelName(environ: Buffer): string | undefined {
  const name = variable(environ, 'OTEL_SERVICE_NAME')?.trim();
  return name || resourceName(variable(environ, 'OTEL_RESOURCE_ATTRIBUTES') ?? '') || undefined;
}

/** The value of an environment variable; entries end in a zero byte each. */
function variable(environ: Buffer, name: string): string | undefined {
  const entry = Buffer.from(`\0${name}=`);
  const isFirst = environ.subarray(0, entry.length - 1).equals(entry.subarray(1));
  const at = isFirst ? -1 : environ.indexOf(entry);
  if (!isFirst && at === -1) return undefined;
  const start = at + entry.length;
  const end = environ.indexOf(0, start);
  // One that was cut off in the middle would be another name.
  return end === -1 ? undefined : escapeBytes(environ.subarray(start, end));
}

/** `key=value,…`, values percent-encoded. It is the other program's: what is wrong in it is passed over. */
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
