import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';

export type OtlpProtocol = 'grpc' | 'http/protobuf';

/** What became of a batch: delivered, refused for good, or worth another try. */
export type Delivery = { state: 'delivered' } | { state: 'rejected' | 'unreachable'; reason: string };

/** Hands batches to an OTLP endpoint. Never rejects. */
export interface Sender {
  send(batch: ResourceMetrics): Promise<Delivery>;
  close(): Promise<void>;
}

/**
 * The official exporter for the protocol. Endpoint, headers, compression, certificates and timeout come from
 * the standard `OTEL_EXPORTER_OTLP_*` variables, which it reads itself; `endpoint` goes before them.
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

/** Imported on demand: an agent that is only scraped does without them and their memory. */
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

/**
 * The metrics path below a base URL (which may have it already), as the specification has it for
 * `OTEL_EXPORTER_OTLP_ENDPOINT`.
 */
export function signalUrl(endpoint: string): string {
  const base = endpoint.replace(/\/+$/, '');
  return base.endsWith('/v1/metrics') ? base : `${base}/v1/metrics`;
}

/**
 * gRPC status codes that the OTLP specification calls retryable. RESOURCE_EXHAUSTED is not among them: without
 * the detail that makes it so, which the exporter does not hand on, it means a message that is too large.
 */
const RETRYABLE_GRPC = new Set([1, 4, 10, 11, 14, 15]);
/** HTTP status codes likewise. */
const RETRYABLE_HTTP = new Set([408, 429, 502, 503, 504]);

function toDelivery({ code, error }: ExportResult): Delivery {
  if (code === ExportResultCode.SUCCESS) return { state: 'delivered' };
  // gRPC ends what it says of a connection with the title of a note that it seldom has.
  const reason = error?.message.replace(/ Resolution note: $/, '') || 'unknown error';
  const status = (error as { code?: unknown } | undefined)?.code;
  const final =
    typeof status === 'number' && (status < 100 ? !RETRYABLE_GRPC.has(status) : !RETRYABLE_HTTP.has(status));
  return { state: final ? 'rejected' : 'unreachable', reason };
}
