import { DiagLogLevel, diag } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Log } from '../../log.ts';

export type OtlpProtocol = 'grpc' | 'http/protobuf';

/** The result of sending a batch: delivered, rejected for good, or to be sent again. */
export type Delivery = { state: 'delivered' } | { state: 'rejected' | 'unreachable'; reason: string };

/** Sends batches to an OTLP endpoint. Never rejects. */
export interface Sender {
  send(batch: ResourceMetrics): Promise<Delivery>;
  close(): Promise<void>;
}

/**
 * Uses OpenTelemetry's exporter for the protocol, which reads endpoint, headers, compression, certificates and timeout
 * from the standard `OTEL_EXPORTER_OTLP_*` variables. `endpoint` takes precedence over them.
 */
export async function createOtlpSender(
  protocol: OtlpProtocol,
  endpoint: string | undefined,
): Promise<Sender> {
  const exporter = await createExporter(protocol, endpoint);
  return {
    send: (batch) =>
      new Promise((resolve) => {
        exporter.export(batch, (result) => resolve(toDelivery(result)));
      }),
    close: () => exporter.shutdown(),
  };
}

/** Imported on demand, to save memory in an agent that is only scraped. */
async function createExporter(
  protocol: OtlpProtocol,
  endpoint: string | undefined,
): Promise<PushMetricExporter> {
  if (protocol === 'grpc') {
    const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-grpc');
    return new OTLPMetricExporter(endpoint === undefined ? {} : { url: endpoint });
  }
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-proto');
  return new OTLPMetricExporter(endpoint === undefined ? {} : { url: signalUrl(endpoint) });
}

/** Appends the metrics path to a base URL unless it is there, as specified for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
export function signalUrl(endpoint: string): string {
  const base = endpoint.replace(/\/+$/, '');
  return base.endsWith('/v1/metrics') ? base : `${base}/v1/metrics`;
}

/**
 * gRPC status codes that are retryable by the OTLP specification. RESOURCE_EXHAUSTED is left out: it is retryable only
 * with a detail that the exporter does not expose, and means a message that is too large otherwise.
 */
const RETRYABLE_GRPC = new Set([1, 4, 10, 11, 14, 15]);
/** Retryable HTTP status codes. */
const RETRYABLE_HTTP = new Set([408, 429, 502, 503, 504]);

function toDelivery({ code, error }: ExportResult): Delivery {
  if (code === ExportResultCode.SUCCESS) return { state: 'delivered' };
  // gRPC's message ends with the title of a note that is mostly empty.
  const reason = error?.message.replace(/ Resolution note: $/, '') || 'unknown error';
  const status = (error as { code?: unknown } | undefined)?.code;
  const final =
    typeof status === 'number' && (status < 100 ? !RETRYABLE_GRPC.has(status) : !RETRYABLE_HTTP.has(status));
  return { state: final ? 'rejected' : 'unreachable', reason };
}

/** Logs the diagnostics of OpenTelemetry's own code, such as of a certificate that cannot be read. */
export function logDiagnostics(log: Log): void {
  const warn = (...parts: unknown[]) => log.warn(parts.join(' '), { from: 'opentelemetry' });
  const ignore = () => {};
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
}
