import type { OtlpSettings } from '../../settings.ts';
import type { Batch } from './batch.ts';
import type { PartialSuccess } from './response.ts';

/** The result of sending a batch. */
export type Delivery =
  | { readonly state: 'delivered'; readonly partial?: PartialSuccess | undefined }
  /** Not accepted, and never will be. */
  | { readonly state: 'rejected'; readonly reason: string }
  /** More than the server accepts in one request. */
  | { readonly state: 'too large'; readonly reason: string }
  /** To be sent again, not before `retryAfter` ms. */
  | { readonly state: 'unreachable'; readonly reason: string; readonly retryAfter?: number | undefined };

/** Sends batches to an OTLP endpoint. Never rejects. */
export interface Sender {
  send(batch: Batch): Promise<Delivery>;
  close(): void;
}

/** What the sender needs besides its settings: files and the clock. */
export interface SenderContext {
  readonly readFile: (path: string) => Buffer;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Certificates and keys as the TLS library takes them. Throws with the path of a file that cannot be read. */
export function readTls({ tls }: Pick<OtlpSettings, 'tls'>, { readFile }: SenderContext) {
  const content = (path: string | undefined) => (path === undefined ? undefined : readFile(path));
  return { ca: content(tls.ca), cert: content(tls.cert), key: content(tls.key) };
}

/** How servers and their libraries state that a request has too many bytes. */
export const TOO_LARGE = /larger than|too large|exceeds? .*(size|limit|max)|max(imum)? .*size/i;
