import { DiagLogLevel, diag } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import {
  createEmptyMetadata,
  createInsecureCredentials,
  createSslCredentials,
} from '@opentelemetry/otlp-grpc-exporter-base';
import type { OtlpSettings } from '../../settings.ts';
import { VERSION } from '../../version.ts';
import { toResourceMetrics } from './batch.ts';
import { type PartialSuccess, parseRetryDelay } from './response.ts';
import { type Delivery, readTls, type Sender, type SenderContext, TOO_LARGE } from './sender.ts';

/** Status codes of gRPC (grpc/grpc, doc/statuscodes.md). */
const [CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED] = [1, 4, 8];
const [ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS] = [10, 11, 14, 15];
/**
 * Status codes that are retryable by the OTLP specification. RESOURCE_EXHAUSTED is retryable with a `RetryInfo` only.
 */
const RETRYABLE = new Set([CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS]);

/** The parts of gRPC's `ServiceError` that are read. */
interface ServiceError extends Error {
  readonly code?: number;
  readonly details?: string;
  readonly metadata?: { get(name: string): readonly (string | Buffer)[] };
}

/** OTLP over gRPC, by OpenTelemetry's exporter. One batch at a time. */
export function createGrpcSender(settings: OtlpSettings, context: SenderContext): Sender {
  const { endpoint, headers, timeout, isInsecure } = settings;
  const { ca, key, cert } = isInsecure ? {} : readTls(settings, context);
  const metadata = createEmptyMetadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const exporter = new OTLPMetricExporter({
    url: endpoint,
    metadata,
    credentials: isInsecure ? createInsecureCredentials() : createSslCredentials(ca, key, cert),
    compression: settings.compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
    timeoutMillis: timeout,
    userAgent: `musubi/${VERSION}`,
  });
  const takePartialSuccess = watchPartialSuccess();

  return {
    send: (batch) =>
      new Promise((resolve) => {
        exporter.export(toResourceMetrics(batch), ({ code, error }) => {
          const partial = takePartialSuccess();
          if (code === ExportResultCode.SUCCESS) resolve({ state: 'delivered', ...(partial && { partial }) });
          else resolve(toDelivery(error ?? new Error('unknown error')));
        });
      }),
    close: () => void exporter.shutdown(),
  };
}

/**
 * The exporter reports a partial success to OpenTelemetry's diagnostics only, just before it calls back
 * (otlp-exporter-base, logging-response-handler.ts).
 */
function watchPartialSuccess(): () => PartialSuccess | undefined {
  let partial: PartialSuccess | undefined;
  const ignore = () => {};
  const logger = {
    ...{ error: ignore, info: ignore, debug: ignore, verbose: ignore },
    warn(message: string, response?: unknown) {
      if (!message.startsWith('Received Partial Success')) return;
      const { rejectedDataPoints = 0, errorMessage = '' } = JSON.parse(String(response));
      partial = { points: Number(rejectedDataPoints), message: errorMessage };
    },
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return () => {
    const taken = partial;
    partial = undefined;
    return taken;
  };
}

function toDelivery({ code = 0, details, message, metadata }: ServiceError): Delivery {
  const reason = firstSentence(message || details || `gRPC status ${code}`);
  const [bytes] = metadata?.get('grpc-status-details-bin') ?? [];
  const retryAfter = Buffer.isBuffer(bytes) ? parseRetryDelay(bytes) : undefined;
  if (RETRYABLE.has(code)) return { state: 'unreachable', reason, retryAfter };
  if (code !== RESOURCE_EXHAUSTED) return { state: 'rejected', reason };
  if (retryAfter !== undefined) return { state: 'unreachable', reason, retryAfter };
  return { state: TOO_LARGE.test(reason) ? 'too large' : 'rejected', reason };
}

/** The library appends notes on resolution, which are mostly empty. */
function firstSentence(message: string): string {
  return message.replace(/\s*Resolution note:\s*$/, '').slice(0, 300);
}
