import { gzipSync } from 'node:zlib';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { type HttpResponse, request } from '../../http/request.ts';
import type { OtlpSettings } from '../../settings.ts';
import { VERSION } from '../../version.ts';
import { toResourceMetrics } from './batch.ts';
import { parsePartialSuccess, parseRetryAfter, parseStatusMessage } from './response.ts';
import { type Delivery, readTls, type Sender, type SenderContext, TOO_LARGE } from './sender.ts';

/** Retryable by the OTLP specification, and 408. */
const RETRYABLE = new Set([408, 429, 502, 503, 504]);
/** A response has a partial success or a reason only. */
const MAX_RESPONSE = 64 * 1024;
const MAX_REASON = 300;

/**
 * OTLP over HTTP with binary protocol buffers, encoded by OpenTelemetry's serializer. Its exporter is not used: it hides
 * `Retry-After`, repeats requests on its own, and sends no `Content-Length`.
 */
export function createHttpSender(settings: OtlpSettings, context: SenderContext): Sender {
  const { endpoint, headers, compression, timeout } = settings;
  const { protocol, hostname, port, pathname, search, username, password } = new URL(endpoint);
  const options = {
    ...{ method: 'POST', hostname: hostname.replace(/^\[|\]$/g, ''), port, path: pathname + search },
    ...(username !== '' && { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
    protocol: protocol === 'https:' ? ('https:' as const) : ('http:' as const),
    ...(protocol === 'https:' && readTls(settings, context)),
    headers: {
      ...headers,
      'user-agent': `musubi/${VERSION}`,
      'content-type': 'application/x-protobuf',
      ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
    },
  };

  return {
    async send(batch) {
      const message = ProtobufMetricsSerializer.serializeRequest(toResourceMetrics(batch));
      if (!message) throw new Error('empty OTLP request');
      const body = compression === 'gzip' ? gzipSync(message) : Buffer.from(message);
      const limits = { maxBytes: MAX_RESPONSE, signal: AbortSignal.timeout(timeout) };
      try {
        return toDelivery(await request({ ...options, body }, limits), context.clock());
      } catch (error) {
        if (limits.signal.aborted) return { state: 'unreachable', reason: `no response in ${timeout} ms` };
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === 'ERR_TOO_LARGE') return { state: 'rejected', reason: message };
        return { state: 'unreachable', reason: message || (code ?? 'unknown error') };
      }
    },
    close() {},
  };
}

function toDelivery({ status, headers, body, text: plain }: HttpResponse, now: number): Delivery {
  const isProtobuf = headers['content-type']?.startsWith('application/x-protobuf') ?? false;
  if (status >= 200 && status < 300)
    return { state: 'delivered', partial: isProtobuf ? parsePartialSuccess(body) : undefined };
  const text = (isProtobuf ? parseStatusMessage(body) : plain).trim().slice(0, MAX_REASON);
  const reason = text === '' ? `HTTP ${status}` : `HTTP ${status}: ${text}`;
  if (RETRYABLE.has(status))
    return { state: 'unreachable', reason, retryAfter: parseRetryAfter(headers['retry-after'], now) };
  if (status === 413 || (status === 400 && TOO_LARGE.test(text))) return { state: 'too large', reason };
  return { state: 'rejected', reason };
}
