import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { RequestOptions } from 'node:https';

/** What is asked of an HTTP server; `body` is sent as it is. */
export interface Question extends RequestOptions {
  readonly protocol: 'http:' | 'https:';
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Limits {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** An answer that was not read to its end, for it has too many bytes. */
export class TooLargeError extends Error {
  readonly code = 'ERR_TOO_LARGE';
  constructor(maxBytes: number) {
    super(`an answer of more than ${maxBytes} bytes`);
    this.name = 'TooLargeError';
  }
}

/**
 * Asks an HTTP server, over TCP, a Unix socket or TLS; redirects are not followed. Rejects with Node's own errors and
 * `TooLargeError`; never waits past `signal`.
 */
export async function ask({ body, ...options }: Question, { maxBytes, signal }: Limits): Promise<Answer> {
  // Most hosts ask no TLS server, and need not load it.
  const send = options.protocol === 'https:' ? (await import('node:https')).request : request;
  const answer = await responseTo(send({ ...options, signal }), body);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    text: await readText(answer, maxBytes),
  };
}

function responseTo(asked: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve);
    asked.on('error', reject);
    asked.end(body);
  });
}

async function readText(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBytes) throw new TooLargeError(maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
