import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { OtlpSettings } from '../../settings.ts';
import { VERSION } from '../../version.ts';
import { parsePartialSuccess, parseRetryDelay } from './response.ts';
import { type Delivery, readTls, type Sender, type SenderContext, TOO_LARGE } from './sender.ts';

const METHOD = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';

/** Retryable by the OTLP specification. RESOURCE_EXHAUSTED is retryable with a `RetryInfo` only. */
const RETRYABLE = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

/** grpc/grpc, doc/compression.md. */
const COMPRESSION = { none: 0, gzip: 2 } as const;

const unchanged = (bytes: Buffer) => bytes;

/** OTLP over gRPC. */
export function createGrpcSender(settings: OtlpSettings, context: SenderContext): Sender {
  const { endpoint, headers, compression, timeout, isInsecure } = settings;
  const { ca = null, key = null, cert = null } = isInsecure ? {} : readTls(settings, context);
  const client = new Client(
    endpoint.replace(/^https?:\/\//, '').replace(/\/.*$/, ''),
    isInsecure ? credentials.createInsecure() : credentials.createSsl(ca, key, cert),
    {
      'grpc.default_compression_algorithm': COMPRESSION[compression],
      'grpc.primary_user_agent': `musubi/${VERSION}`,
      // By default it waits for up to two minutes before it connects again.
      'grpc.max_reconnect_backoff_ms': 10_000,
      // Neither a proxy's environment nor a service configuration from DNS.
      'grpc.service_config_disable_resolution': 1,
    },
  );
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);

  return {
    send: (request) =>
      new Promise((resolve) => {
        const deadline = Date.now() + timeout;
        const respond = (error: ServiceError | null, response?: Buffer) =>
          resolve(
            error
              ? toDelivery(error)
              : { state: 'delivered', partial: response && parsePartialSuccess(response) },
          );
        client.makeUnaryRequest(METHOD, unchanged, unchanged, request, metadata, { deadline }, respond);
      }),
    close: () => client.close(),
  };
}

function toDelivery({ code, details, metadata }: ServiceError): Delivery {
  const reason = `${status[code] ?? code}${details === '' ? '' : `: ${firstSentence(details)}`}`;
  const [bytes] = metadata?.get('grpc-status-details-bin') ?? [];
  const retryAfter = Buffer.isBuffer(bytes) ? parseRetryDelay(bytes) : undefined;
  if (RETRYABLE.has(code)) return { state: 'unreachable', reason, retryAfter };
  if (code !== status.RESOURCE_EXHAUSTED) return { state: 'rejected', reason };
  if (retryAfter !== undefined) return { state: 'unreachable', reason, retryAfter };
  return { state: TOO_LARGE.test(details) ? 'too large' : 'rejected', reason };
}

/** The library appends notes on resolution, which are mostly empty. */
function firstSentence(details: string): string {
  return details.replace(/\s*Resolution note:\s*$/, '').slice(0, 300);
}
