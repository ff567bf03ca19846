import * as http from 'node:http';
import type { RequestOptions } from 'node:https';

/** A request to an HTTP server; `body` is sent unchanged. */
export interface HttpRequest extends RequestOptions {
  readonly protocol: 'http:' | 'https:';
  readonly body?: string | Buffer;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as text. */
  readonly text: string;
}

export interface RequestLimits {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** A response was too large and not read completely. */
export class TooLargeError extends Error {
  readonly code = 'ERR_TOO_LARGE';
  constructor(maxBytes: number) {
    super(`response larger than ${maxBytes} bytes`);
    this.name = 'TooLargeError';
  }
}

/**
 * Sends a request over TCP, a Unix socket or TLS. Redirects are not followed. Rejects with Node's own errors, with
 * `TooLargeError`, and when `signal` aborts.
 */
export async function request(
  { body, ...options }: HttpRequest,
  { maxBytes, signal }: RequestLimits,
): Promise<HttpResponse> {
  // Most hosts connect to no TLS server, and need not load it.
  const { request: send } = options.protocol === 'https:' ? await import('node:https') : http;
  const response = await responseTo(send({ ...options, signal }), body);
  const received = await readBody(response, maxBytes);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: received,
    get text() {
      return received.toString();
    },
  };
}

function responseTo(
  request: http.ClientRequest,
  body: string | Buffer | undefined,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function readBody(response: http.IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBytes) throw new TooLargeError(maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
