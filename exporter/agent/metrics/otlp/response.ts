/** What a server reports in its response (opentelemetry-proto, metrics_service.proto; google/rpc/status.proto). */
import { type Field, readFields } from './protobuf.ts';

/** Points that the server has not accepted although it accepted the request. */
export interface PartialSuccess {
  readonly points: number;
  readonly message: string;
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** Undefined if all points were accepted, or the response is of another type. */
export function parsePartialSuccess(response: Buffer): PartialSuccess | undefined {
  const partial = fieldsOf(response).find(({ number }) => number === 1);
  const fields = partial ? fieldsOf(partial.content) : [];
  const points = fields.find(({ number }) => number === 1)?.integer ?? 0;
  const message = textOf(fields, 2);
  return points === 0 && message === '' ? undefined : { points, message };
}

/** The message of a `google.rpc.Status`. */
export function parseStatusMessage(status: Buffer): string {
  return textOf(fieldsOf(status), 2);
}

/** The delay (ms) of the `RetryInfo` in a `google.rpc.Status`: how long to wait before the next attempt. */
export function parseRetryDelay(status: Buffer): number | undefined {
  for (const { number, content } of fieldsOf(status)) {
    if (number !== 3) continue;
    const detail = fieldsOf(content);
    if (textOf(detail, 1) !== RETRY_INFO) continue;
    const info = fieldsOf(detail.find((field) => field.number === 2)?.content ?? Buffer.alloc(0));
    const duration = fieldsOf(info.find((field) => field.number === 1)?.content ?? Buffer.alloc(0));
    const part = (wanted: number) => duration.find((field) => field.number === wanted)?.integer ?? 0;
    return part(1) * 1000 + part(2) / 1e6;
  }
  return undefined;
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), in ms from `now` (ms since 1970). */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function textOf(fields: readonly Field[], wanted: number): string {
  return fields.find(({ number }) => number === wanted)?.content.toString() ?? '';
}

/** None for other bytes, such as a page of a proxy. */
function fieldsOf(message: Buffer): Field[] {
  try {
    return [...readFields(message)];
  } catch {
    return [];
  }
}
