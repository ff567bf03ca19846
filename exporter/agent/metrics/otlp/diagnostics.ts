import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Log } from '../../log.ts';

/** Logs what OpenTelemetry's own code has to say, such as a certificate that cannot be read. */
export function logDiagnostics(log: Log): void {
  const warn = (...parts: unknown[]) => log.warn(parts.join(' '), { from: 'opentelemetry' });
  const ignore = () => {};
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
}
